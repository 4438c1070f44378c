"""The settings: one page for each topic, each choice taking effect at once."""
