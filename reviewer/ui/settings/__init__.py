"""The settings: one page for each topic; every change takes effect at once."""
