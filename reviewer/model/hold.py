"""Clips that a lead puts on hold, and why a lead listens to a clip."""

from enum import StrEnum


class HoldReason(StrEnum):
    """The closed list of reasons for a hold: nobody gets the clip, and no export has it."""

    CONSENT_QUESTION = "consent_question"
    """Somebody asks whether its consent or its source is in order."""
    PERSONAL_DATA = "personal_data"
    """Somebody suspects personal data that no check has found."""
    TECHNICAL = "technical"
    """Its sound or its facts seem to be wrong."""
    INSTRUCTIONS = "instructions"
    """The conventions or the label form do not say yet how to treat it."""
    RESERVED = "reserved"
    """It is kept for later: a test, a training, another set."""


class ListenReason(StrEnum):
    """The closed list of reasons why a lead opens a clip that nobody gave them."""

    SKIPPED = "skipped"
    """People skipped it, or let it expire."""
    SOUND = "sound"
    """Its sound, length or language is in doubt."""
    QUESTION = "question"
    """Somebody who works on it asked."""
    WORK = "work"
    """Work on it, or a verdict, is in doubt."""
    COMPLAINT = "complaint"
    """A speaker or a customer asked about it."""
    AUDIT = "audit"
    """A spot check of what was imported or handed out."""
