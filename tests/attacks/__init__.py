"""Attacks that once worked, each as a test that it does not work any more.

Only what no test elsewhere holds is here; "Attacks that once worked" in ``docs/security.md`` names all.
A test tries every door of a kind, not the one that was found open.
"""
