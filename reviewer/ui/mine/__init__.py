"""A contractor's own past work."""
