"""Labelled-set formats, one file each."""
