"""The nouns of the program, frozen."""
