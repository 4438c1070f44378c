"""Confined decoding: untrusted files become samples in a process that may do nothing else."""
