"""The undo history of a clip's annotation: a list of values, small enough to be saved with every draft."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation, Segment
from reviewer.transcript.edits import in_time_order

MAX_STEPS = 200
_OF_CLIP = ("spans", "labels", "flags", "earlier", "denied")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where somebody was editing: a segment (its id), and the code point of its text before the cursor."""

    segment_id: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """An annotation, where the cursor was in it, and the id of the submitted one that it began as, if any."""

    annotation: Annotation
    cursor: Cursor = field(default_factory=Cursor)
    origin: str = ""
    saved: list[tuple[Annotation, dict[str, Any]]] = field(default_factory=list, compare=False, repr=False)
    """The annotation from which its difference was made last, and that difference: seldom another one."""


@dataclass(frozen=True, slots=True)
class History:
    """The present annotation, those before it (newest last), and those that were undone (next one last)."""

    present: Step
    past: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()

    @classmethod
    def of(cls, annotation: Annotation) -> "History":
        """A history without anything to undo."""
        return cls(Step(annotation))

    def changed(
        self, annotation: Annotation, cursor: Cursor, *, begins_step: bool = True, origin: str | None = None
    ) -> "History":
        """After a change; one that begins no step is undone together with the change before it.

        Without another ``origin`` it began as what the present annotation began as.
        """
        origin = self.present.origin if origin is None else origin
        if (annotation, origin) == (self.present.annotation, self.present.origin):
            return self.moved(cursor)
        is_step = begins_step or not self.past
        past = (*self.past, self.present)[-MAX_STEPS:] if is_step else self.past
        return History(Step(annotation, cursor, origin), past)

    def moved(self, cursor: Cursor) -> "History":
        """After the cursor moved: undo returns to where it was last."""
        return replace(self, present=replace(self.present, cursor=cursor, saved=[]))

    def undo(self) -> "History":
        """One step back; the same history where there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.undone, self.present))

    def redo(self) -> "History":
        """One step forward again; the same history where nothing was undone."""
        if not self.undone:
            return self
        return History(self.undone[-1], (*self.past, self.present), self.undone[:-1])

    def mapped(self, change: Callable[[Annotation], Annotation]) -> "History":
        """With each of its annotations changed in the same way."""

        def of(step: Step) -> Step:
            changed = change(step.annotation)
            return step if changed is step.annotation else Step(changed, step.cursor, step.origin)

        return History(of(self.present), tuple(map(of, self.past)), tuple(map(of, self.undone)))

    def to_table(self) -> dict[str, Any]:
        """All but the present annotation, as JSON values; a step holds its difference from the next."""
        return {
            **_place(self.present),
            "past": _differences(self.present, reversed(self.past)),
            "undone": _differences(self.present, reversed(self.undone)),
        }

    @classmethod
    def from_table(cls, present: Annotation, table: Mapping[str, Any]) -> "History":
        """Reads what ``to_table`` wrote; a history that does not fit the annotation is left out."""
        try:
            now = Step(present, Cursor(*table["cursor"]), str(table.get("origin", "")))
            past = tuple(reversed(_steps(now, table["past"])))
            return cls(now, past, tuple(reversed(_steps(now, table["undone"]))))
        except (Damaged, KeyError, TypeError, ValueError, IndexError, AttributeError):
            return cls.of(present)


def _place(step: Step) -> dict[str, Any]:
    table: dict[str, Any] = {"cursor": [step.cursor.segment_id, step.cursor.offset]}
    return table | {"origin": step.origin} if step.origin else table


def _differences(start: Step, steps: Iterable[Step]) -> list[dict[str, Any]]:
    found, nearer = [], start
    for step in steps:
        known = step.saved[:]
        if not known or known[0][0] is not nearer.annotation:
            known = [(nearer.annotation, _difference(nearer.annotation, step))]
            step.saved[:] = known
        found.append(known[0][1])
        nearer = step
    return found


def _steps(start: Step, tables: list[dict[str, Any]]) -> list[Step]:
    found, nearer = [], start
    for table in tables:
        nearer = _applied(nearer.annotation, table)
        found.append(nearer)
    return found


def _difference(nearer: Annotation, step: Step) -> dict[str, Any]:
    """What turns the nearer annotation into the step's."""
    farther = step.annotation
    here = {segment.id: segment for segment in nearer.segments}
    there = {segment.id for segment in farther.segments}
    table = _place(step)
    changed = [
        _segment_difference(here.get(segment.id), segment)
        for segment in farther.segments
        if segment is not here.get(segment.id) and segment != here.get(segment.id)
    ]
    removed = [segment_id for segment_id in here if segment_id not in there]
    table |= {"segments": changed} if changed else {}
    table |= {"removed": removed} if removed else {}
    others = [name for name in _OF_CLIP if getattr(nearer, name) != getattr(farther, name)]
    whole = {"earlier": {}, "denied": [], **farther.to_table()} if others else {}
    return table | {name: whole[name] for name in others}


def _segment_difference(nearer: Segment | None, farther: Segment) -> dict[str, Any]:
    table = farther.to_table()
    if nearer is None:
        return table
    before, table = {"earlier": {}, **nearer.to_table()}, {"earlier": {}, **table}
    found = {name: value for name, value in table.items() if name == "id" or value != before[name]}
    if "text" in found:
        found["text"] = _text_difference(nearer.text, farther.text)
    return found


def _text_difference(nearer: str, farther: str) -> list[Any]:
    """``[start, length, text]``: what replaces ``length`` code points of the nearer text."""
    shorter = min(len(nearer), len(farther))
    start = _largest(shorter, lambda size: nearer[:size] == farther[:size])
    end = _largest(
        shorter - start,
        lambda size: nearer[len(nearer) - size :] == farther[len(farther) - size :],
    )
    return [start, len(nearer) - end - start, farther[start : len(farther) - end]]


def _largest(limit: int, holds: Callable[[int], bool]) -> int:
    """The largest size up to the limit for which it holds, where it holds for all smaller ones: bisection."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _applied(nearer: Annotation, table: dict[str, Any]) -> Step:
    """The step at that difference from an annotation; segments that are equal in both are the same object."""
    here = {segment.id: segment for segment in nearer.segments}
    for segment_id in table.get("removed", ()):
        del here[segment_id]
    for changed in table.get("segments", ()):
        before = here.get(changed["id"])
        here[changed["id"]] = _changed_segment({} if before is None else before.to_table(), changed)
    annotation = replace(nearer, segments=in_time_order(tuple(here.values())))
    others = {name: table[name] for name in _OF_CLIP if name in table}
    if others:
        body = replace(nearer, segments=()).to_table()
        annotation = replace(Annotation.from_table(body | others), segments=annotation.segments)
    return Step(annotation, Cursor(*table["cursor"]), str(table.get("origin", "")))


def _changed_segment(before: dict[str, Any], changed: dict[str, Any]) -> Segment:
    body = {**before, **changed}
    if isinstance(changed.get("text"), list):
        start, length, text = changed["text"]
        body["text"] = before["text"][:start] + text + before["text"][start + length :]
    (segment,) = Annotation.from_table({**Annotation().to_table(), "segments": [body]}).segments
    return segment
