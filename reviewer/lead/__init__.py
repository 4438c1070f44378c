"""What a lead does."""
