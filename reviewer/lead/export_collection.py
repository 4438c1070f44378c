"""What an export has selected: the rows, what of each format can hold, and what was left out and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.formats.catalogue import Format, needs_clips
from reviewer.formats.dataset import Utterance
from reviewer.formats.statistics import SetStatistics
from reviewer.formats.tags import tag_problem
from reviewer.formats.written_files import SoundLengths
from reviewer.lead.export_rows import Row, SelectedClip
from reviewer.lead.row_store import RowStore, Utterances

if TYPE_CHECKING:
    from reviewer.transcript.conventions import Conventions

SEGMENTS = "segments"
"""In ``rows_left_out``, beside the names of formats: segments that are no row of a set that is cut."""


class Collected:
    """Grows some clips at a time and keeps nothing of it but its rows; complete after ``finish``."""

    def __init__(self, formats: Mapping[str, Format], folder: Path) -> None:
        """``folder`` is for a temporary file, in which rows are encrypted."""
        self._formats = formats
        self._refused: dict[str, set[str]] = {name: set() for name in formats}
        self._reasons: dict[str, Counter[str]] = {name: Counter() for name in (*formats, SEGMENTS)}
        self._refused_rows: Counter[str] = Counter()
        """Rows of the set that a format cannot hold; not those that none can."""
        self.rows = RowStore(folder)
        self.lengths = SoundLengths()
        """Of the sound that is in no files of its own."""
        self._keeps_lengths = not needs_clips(tuple(formats))
        self.statistics = SetStatistics()
        self.annotated_under: Counter[tuple[str, str]] = Counter()
        """Rows by the versions of form and conventions under which they were written."""
        self.rows_without_text = 0
        self.clips = 0
        self.conventions: dict[str, Conventions] = {}
        self.denied = 0
        self.left_out: dict[str, int] = {}
        self.rows_left_out: dict[str, dict[str, int]] = {}

    def add(self, some: Iterable[tuple[SelectedClip, list[Row]]]) -> list[tuple[SelectedClip, list[Row]]]:
        """Adds those rows of clips that any format can hold, and gives the clips that have any."""
        held = [(clip, [row for row in rows if self._is_held(row.utterance)]) for clip, rows in some]
        kept = [(clip, rows) for clip, rows in held if rows]
        if len(kept) < len(held):
            self.left_out["no_row"] = self.left_out.get("no_row", 0) + len(held) - len(kept)
        for selected, rows in kept:
            self.clips += 1
            self.conventions[selected.conventions.id] = selected.conventions
            self.denied += selected.has_denied
            for row in rows:
                self._count(row.utterance)
        for _, rows in kept:
            for row in rows:
                self.rows.add(row)
        return kept

    def finish(self, left_out: Mapping[str, int], segments: Mapping[str, int]) -> None:
        """Adds what the selection left out, and puts the rows in the order of their ids."""
        self.rows.sort()
        self._reasons[SEGMENTS].update(segments)
        self.left_out = dict(sorted((Counter(self.left_out) + Counter(left_out)).items()))
        self.rows_left_out = {
            name: dict(sorted(reasons.items())) for name, reasons in self._reasons.items() if reasons
        }

    def formats_without_rows(self) -> list[str]:
        """The formats that can hold none of the rows."""
        return [name for name in self._formats if self._refused_rows[name] == len(self.rows)]

    def is_refused(self, name: str, utterance_id: str) -> bool:
        """Whether a format cannot hold a row."""
        return utterance_id in self._refused[name]

    def utterances(self, audio: Callable[[int], bytes], name: str = "") -> Utterances:
        """All rows, or those that a format can hold, as it shows them.

        ``audio`` gives the sound of the row of a number.
        """
        return Utterances(self.rows, audio, name, self._refused.get(name, frozenset()))

    def _count(self, utterance: Utterance) -> None:
        self.statistics.add(utterance)
        self.annotated_under[utterance.schema_version, utterance.conventions_version] += 1
        self.rows_without_text += not utterance.text
        if self._keeps_lengths:
            self.lengths.add(utterance.path, utterance.frames, utterance.rate_hz)
        for name, refused in self._refused.items():
            if utterance.id in refused:
                self._refused_rows[name] += 1

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
