"""Which tasks come to whom first: skills that a task may ask for, and priorities."""

import re
from collections.abc import Iterable

from reviewer.errors import Refused

HIGHEST_PRIORITY = 100
"""And its negative the lowest; 0 is usual."""
LONGEST_SKILL = 32
_SKILL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def skill_name(text: str) -> str:
    """A skill in its usual form: small letters, digits and single hyphens (``code-switching``).

    Raises: Refused for anything else, and for more than 32 characters.
    """
    name = text.strip().lower()
    if len(name) > LONGEST_SKILL or not _SKILL.fullmatch(name):
        raise Refused("NOT_A_SKILL", skill=text.strip()[:LONGEST_SKILL], most=LONGEST_SKILL)
    return name


def skill_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Skills in their usual form, each once, sorted. Raises: Refused for text that is none."""
    return tuple(sorted({skill_name(text) for text in texts}))


def optional_skill(text: str) -> str:
    """A skill in its usual form, or none. Raises: Refused for text that is none."""
    return skill_name(text) if text.strip() else ""


def require_priority(priority: int) -> None:
    """Raises Refused for a priority below -100 or above 100."""
    if not -HIGHEST_PRIORITY <= priority <= HIGHEST_PRIORITY:
        raise Refused("NOT_A_PRIORITY", most=HIGHEST_PRIORITY)


def route_of(locale: str, skill: str) -> str:
    """The queue's key for tasks that the same people can take, as ``de-DE+medical``."""
    return f"{locale}+{skill}" if skill else locale
