"""Compares what a passport says with the set: whoever edits a passport by hand leaves its digests right.

What can be counted again is counted again: rows, clips, lengths, rates, formats, and, from the formats that
tell them, words, locales, products and splits. Where a clip comes from and what was left out cannot.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reviewer.errors import Notice
from reviewer.formats import dataset_card, passport
from reviewer.formats.catalogue import FORMATS
from reviewer.formats.dataset import CLIPS, SPLITS, Utterance
from reviewer.formats.statistics import SetStatistics
from reviewer.formats.validation import MeasureSound
from reviewer.transcript.conventions import HESITATION, KEEP, LEAVE_OUT
from reviewer.untrusted_files import read_untrusted_text

_OF_LENGTHS = ("rows", "hours", "speakers", "seconds", "durations", "rates_hz")
_OF_TEXTS = ("words", "characters", "words_a_minute")
_LAST_DIGIT, _MILLISECOND = 0.00011, 0.0011
"""The order in which lengths are added can change the last digit of a rounded sum."""
_MOST_CARD_BYTES = 16 << 20
_FORMAT_LINE = "| Formats |"
"""Of the card, where formats stand in the order of the command."""
_OF_NO_FORMAT = {passport.NAME, passport.SUMS, dataset_card.NAME, dataset_card.PLOTS, CLIPS}
_WITHOUT_SUMS = (1, 2)
"""Versions of passports whose sets have no ``SHA256SUMS``, and that say less."""
_SOUND_SUFFIXES = (".flac", ".wav", ".opus")
_OTHER_NAMES = {"utterances.jsonl": "jsonl", "uem": "rttm"}


class SetSounds:
    """Has each sound file of a set decoded once, though several formats name it."""

    def __init__(self, measure: MeasureSound) -> None:
        self._measure = measure
        self._lengths: dict[str, tuple[int, int]] = {}

    def measure(self, sound: Path | bytes) -> tuple[int, int]:
        """Frames and rate in Hz. Raises what the ``MeasureSound`` raises."""
        if isinstance(sound, bytes):
            return self._measure(sound)
        known = self._lengths.get(str(sound))
        if known is None:
            known = self._lengths[str(sound)] = self._measure(sound)
        return known

    def unmeasured(self, folder: Path) -> Iterator[str]:
        """The sound files of a set that none of its formats names."""
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SOUND_SUFFIXES and str(path) not in self._lengths:
                yield path.relative_to(folder).as_posix()


@dataclass(slots=True)
class FormatReading:
    """What the validator of one format has found, in its order."""

    sounds: SetSounds
    lengths: list[tuple[int, int]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    rows: list[Utterance] = field(default_factory=list)

    def measure(self, sound: Path | bytes) -> tuple[int, int]:
        """Frames and rate in Hz. Raises what the ``MeasureSound`` raises."""
        length = self.sounds.measure(sound)
        self.lengths.append(length)
        return length

    def add_id(self, utterance_id: str) -> None:
        """Adds the id of a row."""
        self.ids.append(utterance_id)

    def add_row(self, row: Utterance) -> None:
        """Adds a row."""
        self.rows.append(row)


def contradictions(
    folder: Path, facts: Mapping[str, Any], readings: Mapping[str, FormatReading], sounds: SetSounds
) -> list[Notice]:
    """Each fact of a passport that is not what the set holds.

    ``readings`` are those of a set that has no other problem. May raise what a damaged passport makes of it.
    """
    if not (folder / passport.SUMS).exists() and facts["passport_version"] in _WITHOUT_SUMS:
        return []
    lengths = _lengths(folder, readings, sounds)
    wrong = list(_wrong_formats(folder, facts))
    wrong += _wrong_counts(facts, lengths, readings)
    wrong += _wrong_figures(facts, lengths, readings)
    wrong += _wrong_options(folder, facts, lengths)
    is_of_this_version = facts["app_version"] == version("reviewer")
    if not wrong and is_of_this_version:
        wrong += _wrong_card(folder, facts)
    return [
        *(Notice("SET_FILE_NOT_LISTED", {"file": name}) for name in sounds.unmeasured(folder)),
        *(Notice("PASSPORT_CONTRADICTS", {"fact": fact}) for fact in dict.fromkeys(wrong)),
    ]


def _lengths(
    folder: Path, readings: Mapping[str, FormatReading], sounds: SetSounds
) -> dict[str, tuple[int, int]]:
    """Frames and rate of each row by its id: of ``clips/``, else of the one format with sounds of its own."""
    if (folder / CLIPS).is_dir():
        return {path.stem: sounds.measure(path) for path in sorted((folder / CLIPS).iterdir())}
    (reading,) = readings.values()
    return dict(zip(reading.ids, reading.lengths, strict=True))


def _wrong_formats(folder: Path, facts: Mapping[str, Any]) -> Iterator[str]:
    number, formats = facts["passport_version"], facts["formats"]
    if type(number) is not int or not 1 <= number <= passport.VERSION:
        yield "passport_version"
    entries = {path.name for path in folder.iterdir()} - _OF_NO_FORMAT
    if not all(format_of(name) in formats for name in entries):
        yield "formats"
    if any(not 1 <= int(number) <= int(FORMATS[name].VERSION) for name, number in formats.items()):
        yield "formats"
    listed = {each["path"]: each["sha256"] for each in facts["files"] if each["path"] != passport.SUMS}
    if dict(passport.listed_sums(folder)) != listed:
        yield "files"


def format_of(entry: str) -> str:
    """The format to which a file or folder directly inside a set belongs; empty for none."""
    if entry.endswith(".csv"):
        return "csv-excel" if entry.endswith("-excel.csv") else "csv"
    if entry.startswith("manifest") and entry.endswith(".jsonl"):
        return "nemo"
    return _OTHER_NAMES.get(entry, entry if entry in FORMATS else "")


def _wrong_counts(
    facts: Mapping[str, Any],
    lengths: Mapping[str, tuple[int, int]],
    readings: Mapping[str, FormatReading],
) -> Iterator[str]:
    seconds = math.fsum(frames / rate_hz for frames, rate_hz in lengths.values())
    clips = len({one.split("-")[1] for one in lengths})
    found = {"rows": len(lengths), "clips": clips}
    yield from (name for name, value in found.items() if not _is_same(facts[name], value))
    if not abs(facts["seconds"] - seconds) < _MILLISECOND:
        yield "seconds"
    if not facts["options"]["cut"] and clips != len(lengths):
        yield "options.cut"
    if not facts["conventions"]:
        yield "conventions"
    if sum(facts["annotated_under"].values()) != len(lengths):
        yield "annotated_under"
    if sum(each["rows"] for each in facts["schemas"].values()) != len(lengths):
        yield "schemas"
    for name, reading in readings.items():
        missing = len(lengths) - len(reading.ids)
        if reading.ids and sum(facts["rows_left_out"].get(name, {}).values()) < missing:
            yield f"rows_left_out.{name}"


def _wrong_figures(
    facts: Mapping[str, Any],
    lengths: Mapping[str, tuple[int, int]],
    readings: Mapping[str, FormatReading],
) -> Iterator[str]:
    rows = _rows(readings)
    has_rows = set(rows) == set(lengths)
    has_texts = has_rows and all(_shows_text(name, facts) for name, one in readings.items() if one.rows)
    has_all = has_rows and all(row.product for row in rows.values())
    statistics = SetStatistics()
    for name, (frames, rate_hz) in lengths.items():
        bare = Utterance(name, "", name.split("-")[0], "", "", frames, rate_hz, 0, "", "")
        statistics.add(rows[name] if has_rows else bare)
    found = statistics.facts()
    names = [*_OF_LENGTHS, *(["locales"] if has_rows else []), *(_OF_TEXTS if has_texts else ())]
    names += ["products", "splits"] if has_all else []
    yield from (
        f"statistics.{name}" for name in names if not _is_same(facts["statistics"][name], found[name])
    )
    if has_texts and facts["rows_without_text"] != sum(not row.text for row in rows.values()):
        yield "rows_without_text"
    if has_all:
        versions = Counter(f"{row.schema_version} {row.conventions_version}" for row in rows.values())
        schemas = Counter(row.schema_version for row in rows.values())
        yield from () if facts["annotated_under"] == versions else ("annotated_under",)
        yield from () if {k: v["rows"] for k, v in facts["schemas"].items()} == schemas else ("schemas",)
        yield from _wrong_rows(facts["options"], list(rows.values()))


def _rows(readings: Mapping[str, FormatReading]) -> dict[str, Utterance]:
    """The rows that any format tells, those with everything first."""
    found: dict[str, Utterance] = {}
    for row in (row for reading in readings.values() for row in reading.rows):
        if row.id not in found or not found[row.id].product:
            found[row.id] = row
    return found


def _shows_text(name: str, facts: Mapping[str, Any]) -> bool:
    """Whether the normalised text of a format is that which was counted: no mark of its own is in it."""
    for conventions in facts["conventions"].values():
        marks = conventions.get("format_tags", {}).get(name)
        if marks is None:  # of an earlier program
            return False
        for key, mark in marks.items():
            usual = KEEP if key == HESITATION else conventions["tags"].get(key, "")
            if mark not in (usual, LEAVE_OUT):
                return False
    return True


def _wrong_rows(options: Mapping[str, Any], rows: Sequence[Utterance]) -> Iterator[str]:
    """What rows with everything say about the options of an export."""
    shares = dict(zip(SPLITS, options["split"] or (), strict=bool(options["split"])))
    speakers: dict[str, set[str]] = {}
    for row in rows:
        speakers.setdefault(row.speaker, set()).add(row.split)
        if row.split and not shares.get(row.split):
            yield "options.split"
        if (options["mono"] or options["channel"]) and row.channels != 1:
            yield "options.channel"
    if shares and any("" in splits or len(splits) > 1 for splits in speakers.values()):
        yield "options.split"


def _wrong_options(
    folder: Path, facts: Mapping[str, Any], lengths: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    options = facts["options"]
    if options["rate_hz"] and any(rate_hz != options["rate_hz"] for _, rate_hz in lengths.values()):
        yield "options.rate_hz"
    suffixes = {path.suffix for path in (folder / CLIPS).glob("*")}
    if suffixes and suffixes != {f".{options['audio']}"}:
        yield "options.audio"


def _wrong_card(folder: Path, facts: Mapping[str, Any]) -> Iterator[str]:
    if _lines(_read(folder / dataset_card.NAME)) != _lines(dataset_card.card(facts)):
        yield dataset_card.NAME
    plots = dataset_card.plots(facts)
    if {path.name for path in (folder / dataset_card.PLOTS).iterdir()} != set(plots) or any(
        _read(folder / dataset_card.PLOTS / name) != lines for name, lines in plots.items()
    ):
        yield dataset_card.PLOTS


def _read(path: Path) -> list[str]:
    return read_untrusted_text(path, _MOST_CARD_BYTES).removesuffix("\n").split("\n")


def _lines(card: Sequence[str]) -> list[str]:
    return [line for line in card if not line.startswith(_FORMAT_LINE)]


def _is_same(stated: Any, found: Any) -> bool:
    """Whether two values are the same but for the last digit of a number that is not whole."""
    if isinstance(found, Mapping):
        is_alike = isinstance(stated, Mapping) and set(stated) == set(found)
        return is_alike and all(_is_same(stated[key], value) for key, value in found.items())
    if isinstance(found, list):
        is_alike = isinstance(stated, list) and len(stated) == len(found)
        return is_alike and all(map(_is_same, stated, found))
    if isinstance(found, float):
        return isinstance(stated, float) and abs(stated - found) < _LAST_DIGIT
    return bool(type(stated) is type(found) and stated == found)
