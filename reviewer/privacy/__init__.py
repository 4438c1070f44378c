"""The promises as checks."""
