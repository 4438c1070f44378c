"""Playback: from the transport to the output stream."""
