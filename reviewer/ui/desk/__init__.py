"""The desk: the page for transcribing clips."""
