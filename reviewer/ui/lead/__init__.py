"""What a lead sees and does."""
