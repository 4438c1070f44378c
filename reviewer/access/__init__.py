"""Rights, accounts, the agreement and the access log."""
