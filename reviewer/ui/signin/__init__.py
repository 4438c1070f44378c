"""Who is working: sign-in, first sign-in, and the agreement."""
