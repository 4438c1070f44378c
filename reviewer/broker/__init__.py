"""The broker: releases the key of one clip to one person, after a row in its own log."""
