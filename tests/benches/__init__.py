"""Set-ups that several tests share."""
