"""The promises, one test file each."""
