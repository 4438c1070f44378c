"""What an export has selected: the rows, what of each format can hold, and what was left out and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from reviewer.formats.catalogue import Format
from reviewer.formats.dataset import Utterance
from reviewer.formats.tags import in_format, tag_problem
from reviewer.lead.export_rows import Row, SelectedClip

if TYPE_CHECKING:
    from reviewer.transcript.conventions import Conventions

SEGMENTS = "segments"
"""In ``rows_left_out``, beside the names of formats: segments that are no row of a set that is cut."""


class Collected:
    """Grows a clip at a time and keeps nothing of it but its rows; complete after ``finish``."""

    def __init__(self, formats: Mapping[str, Format]) -> None:
        self._formats = formats
        self._refused: dict[str, set[str]] = {name: set() for name in formats}
        self._reasons: dict[str, Counter[str]] = {name: Counter() for name in (*formats, SEGMENTS)}
        self.rows: list[Row] = []
        self.items: dict[str, str] = {}
        """The id of the exported annotation of each clip."""
        self.conventions: dict[str, Conventions] = {}
        self.denied = 0
        self.left_out: dict[str, int] = {}
        self.rows_left_out: dict[str, dict[str, int]] = {}

    def add(self, selected: SelectedClip, rows: Iterable[Row]) -> None:
        """Adds those rows of a clip that any format can hold."""
        kept = [row for row in rows if self._is_held(row.utterance)]
        if not kept:
            self.left_out["no_row"] = self.left_out.get("no_row", 0) + 1
            return
        self.rows += kept
        self.items[selected.clip.id] = selected.accepted.id
        self.conventions[selected.conventions.id] = selected.conventions
        self.denied += selected.has_denied

    def finish(self, left_out: Mapping[str, int], segments: Mapping[str, int]) -> None:
        """Adds what the selection left out, and puts the rows in the order of their ids."""
        self.rows.sort(key=lambda row: row.utterance.id)
        self._reasons[SEGMENTS].update(segments)
        self.left_out = dict(sorted((Counter(self.left_out) + Counter(left_out)).items()))
        self.rows_left_out = {
            name: dict(sorted(reasons.items())) for name, reasons in self._reasons.items() if reasons
        }

    def formats_without_rows(self) -> list[str]:
        """The formats that can hold none of the rows."""
        ids = {row.utterance.id for row in self.rows}  # not those that no format can hold
        return [name for name, refused in self._refused.items() if ids <= refused]

    def held_by(self, name: str, utterances: Sequence[Utterance]) -> Sequence[Utterance]:
        """The rows that a format can hold, as it shows them."""
        refused = self._refused[name]
        return [in_format(name, one) for one in utterances if one.id not in refused]

    def _is_held(self, utterance: Utterance) -> bool:
        is_held = False
        for name, format_ in self._formats.items():
            reason = format_.problem(utterance) or tag_problem(name, utterance)
            if reason:
                self._refused[name].add(utterance.id)
                self._reasons[name][reason] += 1
            else:
                is_held = True
        return is_held
