"""The picture of a clip: waves, ruler, cursor, minimap."""
