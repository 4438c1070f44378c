"""Playing a clip: the controller, the play bar, output settings, keys."""
