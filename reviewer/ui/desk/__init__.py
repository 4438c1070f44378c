"""The desk: what only transcribing has, submit and skip."""
