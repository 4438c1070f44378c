"""Recognisers: commands that read a clip's sound and print its words, each in a process of its own."""
