"""The label form and the flags of a clip."""
