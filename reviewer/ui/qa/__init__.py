"""QA: the page for reviewing submissions."""
