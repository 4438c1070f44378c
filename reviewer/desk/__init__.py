"""What a contractor does."""
