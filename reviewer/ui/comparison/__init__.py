"""Two versions of a clip side by side."""
