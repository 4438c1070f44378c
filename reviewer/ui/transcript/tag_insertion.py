"""How a tag goes into a text: set off by single spaces, its open detail selected."""

import re
from dataclasses import dataclass

_NO_SPACE_BEFORE = ".,?!"


@dataclass(frozen=True, slots=True)
class Insertion:
    """``typed`` replaces the selection; ``select``, in its code points, is selected afterwards."""

    typed: str
    select: tuple[int, int]


def tag_insertion(before: str, after: str, tag: str) -> Insertion:
    """A tag between ``before`` and ``after``: one space on each side, none twice.

    A tag with a detail keeps it selected, to be typed over; else the cursor goes on behind the space.
    """
    lead = " " if before and not before[-1].isspace() else ""
    trail = "" if after and (after[0].isspace() or after[0] in _NO_SPACE_BEFORE) else " "
    detail = re.search(r":([^\]]*)\]", tag)
    if detail is not None:
        return Insertion(lead + tag + trail, (len(lead) + detail.start(1), len(lead) + detail.end(1)))
    end = len(lead) + len(tag) + (1 if trail or after[:1].isspace() else 0)
    return Insertion(lead + tag + trail, (end, end))


def one_line(text: str) -> str:
    """Pasted text as it may stand in a transcript: line breaks and tabs become single spaces."""
    return re.sub(r"\s*[\r\n\t\v\f\u2028\u2029]\s*", " ", text)
