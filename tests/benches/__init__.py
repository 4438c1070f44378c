"""Set-ups that several test modules share."""
