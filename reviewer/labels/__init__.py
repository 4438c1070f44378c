"""The label form."""
