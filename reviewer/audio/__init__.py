"""Samples to ear and eye."""
