"""The spot check: blind first, then side by side."""
