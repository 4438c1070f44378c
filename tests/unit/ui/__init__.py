"""The pure parts of the widgets."""
