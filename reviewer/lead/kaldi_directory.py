"""Reads Kaldi data directories: one record a recording, with what is said in it.

By Kaldi's documentation, "Data preparation": ``wav.scp``, ``text``, ``utt2spk``, ``segments``, ``utt2lang``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from reviewer.formats.kaldi import decoded_file
from reviewer.lead.record_files import Record
from reviewer.lead.table_files import refusal
from reviewer.lead.timed_segments import TimedSegment, draft_of, words_of
from reviewer.untrusted_files import read_untrusted_text

RECORDINGS = "wav.scp"
_MOST_BYTES = 256 << 20
_SEGMENT_FIELDS = 3
_SPACES = re.compile(r"[ \t]+")


def read_kaldi(folder: Path) -> tuple[Record, ...]:
    """A record for each recording, in the order of ``wav.scp``, then one for each utterance without any.

    Raises: Refused if a file cannot be read.
    """
    return (*_recordings(folder), *_lost(folder))


def _recordings(folder: Path) -> Iterator[Record]:
    texts, speakers = (_by_id(folder / name) for name in ("text", "utt2spk"))
    languages, parts = _by_id(folder / "utt2lang"), _segments(folder)
    given = {name: found for name, found in (("speaker", speakers), ("language", languages)) if found}
    for recording, (line, reads) in _by_id(folder / RECORDINGS).items():
        wav = decoded_file(reads) or reads
        if wav.endswith("|") or wav.startswith("|"):
            yield Record(line, {"audio": recording}, "KALDI_COMMAND")
            continue
        spans = parts.get(recording, {})
        utterances = [*spans] if parts else [recording]
        segments = [TimedSegment(*spans[one], texts.get(one, (0, ""))[1]) for one in spans]
        yield Record(
            line,
            {
                "audio": wav,
                "recording": recording,
                "text": draft_of(segments) if parts else texts.get(recording, (0, ""))[1],
                "words": words_of(segments),
            }
            | {
                name: _only(found[one][1] for one in utterances if one in found)
                for name, found in given.items()
            },
        )


def _lost(folder: Path) -> Iterator[Record]:
    """Utterances of a recording that ``wav.scp`` does not have, or whose times ``segments`` does not have."""
    known: set[str] = set(_by_id(folder / RECORDINGS))
    parts = _segments(folder)
    placed = {one for recording, spans in parts.items() if recording in known for one in spans}
    for utterance, (line, _) in (_by_id(folder / "segments") | _by_id(folder / "text")).items():
        if utterance not in (placed if parts else known):
            yield Record(line, {"audio": utterance}, "KALDI_NO_RECORDING")


def _by_id(path: Path) -> dict[str, tuple[int, str]]:
    """The lines of a file by their first field: number and rest. Empty if there is no such file.

    Raises: Refused, also for an id on two lines: one of them would be lost.
    """
    if not path.exists():
        return {}
    found: dict[str, tuple[int, str]] = {}
    text = read_untrusted_text(path, _MOST_BYTES).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        name, *others = _SPACES.split(line.strip(), maxsplit=1)
        rest = "".join(others)
        if name in found:
            raise refusal(path.name, [(number, "KALDI_ID_TWICE")])
        if name:
            found[name] = number, rest
    return found


def _segments(folder: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """Start and end of each utterance, by recording; one whose times are no numbers is left to ``_lost``."""
    parts: defaultdict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for utterance, (_, rest) in _by_id(folder / "segments").items():
        fields = rest.split()
        try:
            recording, start, end = fields[0], float(fields[1]), float(fields[2])
        except (IndexError, ValueError):
            continue
        if len(fields) == _SEGMENT_FIELDS and 0 <= start < end:
            parts[recording][utterance] = start, end
    return parts


def _only(values: Iterator[str]) -> str | list[str]:
    """The value that all have; all of them if they are several, none if there are none."""
    found = sorted(set(values))
    return found if len(found) > 1 else "".join(found)
