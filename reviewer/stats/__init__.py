"""Word error rates, and confidence intervals."""
