"""All widgets; only this package and ``app`` import Qt."""
