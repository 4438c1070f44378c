"""Sandboxed decoding: untrusted files become samples in a restricted process."""
