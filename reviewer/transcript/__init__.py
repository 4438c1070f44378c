"""Transcripts: conventions, checks, normalisation."""
