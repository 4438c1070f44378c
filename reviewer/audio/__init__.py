"""Audio: decoding, signal processing, views, playback, files and devices."""
