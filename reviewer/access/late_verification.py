"""Verifies what became of late drafts against the access log."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reviewer.errors import Notice
from reviewer.model.event import Action

_WAITING = ("waiting", "")


@dataclass(slots=True)
class LoggedLateDrafts:
    """Draft -> its clip, and the decision with its reason, or with the annotation that it became."""

    actions: ClassVar[frozenset[Action]] = frozenset({Action.LATE_ADOPTED, Action.LATE_DISMISSED})
    decisions: dict[str, tuple[str, tuple[str, str]]] = field(default_factory=dict)

    def add(self, fields: dict[str, Any]) -> None:
        """Takes a row that verified."""
        detail, clip = fields["detail"], str(fields["object"])
        draft = str(detail.get("late_draft"))
        if fields["action"] == Action.LATE_ADOPTED:
            self.decisions[draft] = clip, ("adopted", str(detail.get("annotation")))
        elif fields["action"] == Action.LATE_DISMISSED:
            self.decisions[draft] = clip, ("dismissed", str(fields["reason"]))


@dataclass(frozen=True, slots=True)
class LateDraftRecords:
    """The same as the table has it."""

    decisions: Mapping[str, tuple[str, str]]

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "LateDraftRecords":
        """Reads the table; a file of an earlier version has no decisions."""
        columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('late_draft')")}
        if "state" not in columns:
            return cls({})
        rows = connection.execute("SELECT id, state, reason, annotation_id FROM late_draft")
        return cls({str(draft): (str(state), str(work or reason)) for draft, state, reason, work in rows})

    def flaw(self, log: LoggedLateDrafts, clips: Mapping[str, str]) -> Notice | None:
        """The first draft that is not as the log says; drafts go with their clip when it is purged."""
        for draft, here in self.decisions.items():
            if here != log.decisions.get(draft, ("", _WAITING))[1]:
                return Notice("LATE_DRAFT_DIFFERS", {"draft": draft})
        for draft, (clip, _) in log.decisions.items():
            if draft not in self.decisions and clips.get(clip, "purged") != "purged":
                return Notice("LATE_DRAFT_DIFFERS", {"draft": draft})
        return None
