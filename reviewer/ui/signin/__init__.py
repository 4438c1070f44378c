"""Sign-in, first sign-in, and the agreement."""
