"""What a QA reviewer does."""
