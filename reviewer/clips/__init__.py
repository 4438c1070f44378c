"""Sealed audio and text."""
