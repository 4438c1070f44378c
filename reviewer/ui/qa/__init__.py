"""QA: submissions selected for review, transcribed blind, compared, decided."""
