"""Audio files of our own and audio devices."""
