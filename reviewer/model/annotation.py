"""Annotations: timed segments, labels, flags and personal-data spans, with one canonical form."""

import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from reviewer.errors import Damaged, Refused
from reviewer.model.serialization import canonical_json

LabelValue = str | bool | int | tuple[str, ...]
Labels = Mapping[str, LabelValue]
EarlierLabels = Mapping[str, Labels]
"""Answers under earlier label forms, by the id of the form; ``id#2`` has other answers under the same."""
DOCUMENT_VERSION = 2
LAYER_SIGN = "#"
_MOST_BYTES = 8 << 20
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON escapes it, behind no other backslash
_NO_LABELS: Labels = MappingProxyType({})
_NO_EARLIER: EarlierLabels = MappingProxyType({})


def storable_json(table: Mapping[str, Any]) -> bytes:
    """Canonical JSON of work. Raises Refused for NUL, halves of surrogate pairs, and more than 8 MiB."""
    text = canonical_json(table)
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise Refused("TEXT_NOT_STORABLE") from error
    if _NUL.search(text):
        raise Refused("TEXT_NOT_STORABLE")
    if len(data) > _MOST_BYTES:
        raise Refused("TEXT_TOO_LONG", most=_MOST_BYTES >> 20)
    return data


class Flag(StrEnum):
    """Clip-level flags, a closed list."""

    NO_SPEECH = "no_speech"
    WRONG_LANGUAGE = "wrong_language"
    UNUSABLE = "unusable"
    PERSONAL_DATA = "personal_data"
    DISTRESSING = "distressing"


class PersonalDataKind(StrEnum):
    """The kinds of personal data, a closed list."""

    NUMBER = "number"
    EMAIL = "email"
    NAME = "name"
    ADDRESS = "address"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames ``start`` to ``end`` (exclusive) of a clip, and what was said there.

    ``text`` is in NFC, whatever form a keyboard, a recogniser or another program gave it. ``earlier`` are
    answers under earlier label forms that the present one does not ask for.
    """

    id: str
    start: int
    end: int
    text: str = ""
    speaker: str = ""
    labels: Labels = field(default_factory=lambda: _NO_LABELS)
    flags: frozenset[str] = frozenset()
    earlier: EarlierLabels = field(default_factory=lambda: _NO_EARLIER)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"frames {self.start} to {self.end} are not a segment")
        object.__setattr__(self, "text", unicodedata.normalize("NFC", self.text))

    def to_table(self) -> dict[str, Any]:
        """Its JSON object in the canonical form of an annotation."""
        return {
            "id": self.id,
            "start": self.start,
            "end": self.end,
            "speaker": self.speaker,
            "text": self.text,
            "labels": _plain(self.labels),
            "flags": sorted(self.flags),
            **_plain_earlier(self.earlier),
        }


@dataclass(frozen=True, slots=True)
class PersonalDataSpan:
    """Frames ``start`` to ``end`` (exclusive) that contain personal data."""

    start: int
    end: int
    kind: PersonalDataKind = PersonalDataKind.OTHER

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"frames {self.start} to {self.end} are not a span")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's work on a clip, without its envelope (id, author, versions); immutable.

    A short clip has one segment over its whole length. ``labels`` are the answers about the clip under the
    form of its envelope, ``earlier`` those under earlier forms that this one does not ask for. ``denied`` are
    words that look like personal data and are none, says the author: casefolded, on one line.
    """

    segments: tuple[Segment, ...] = ()
    spans: tuple[PersonalDataSpan, ...] = ()
    labels: Labels = field(default_factory=lambda: _NO_LABELS)
    flags: frozenset[Flag] = frozenset()
    earlier: EarlierLabels = field(default_factory=lambda: _NO_EARLIER)
    denied: frozenset[str] = frozenset()

    @classmethod
    def of_text(
        cls, text: str, frames: int, *, labels: Labels = _NO_LABELS, flags: frozenset[Flag] = frozenset()
    ) -> "Annotation":
        """One segment over the whole clip of ``frames`` samples a channel."""
        return cls((Segment(new_segment_id(), 0, frames, text),), labels=labels, flags=flags)

    @property
    def text_verbatim(self) -> str:
        """The text of all segments as typed, one line each."""
        return "\n".join(segment.text for segment in self.segments)

    @property
    def segments_by_speaker(self) -> tuple[tuple[Segment, ...], ...]:
        """The segments of each speaker who has several, where more than one speaks; else nothing."""
        speakers = dict.fromkeys(segment.speaker for segment in self.segments)
        of_each = [tuple(one for one in self.segments if one.speaker == speaker) for speaker in speakers]
        return tuple(one for one in of_each if len(one) > 1) if len(speakers) > 1 else ()

    @property
    def read_texts(self) -> tuple[str, ...]:
        """The text of all segments, and of several speakers what each said without the others' words."""
        by_speaker = ("\n".join(one.text for one in segments) for segments in self.segments_by_speaker)
        return self.text_verbatim, *by_speaker

    def with_text(self, text: str) -> "Annotation":
        """A copy with another text; only for an annotation with a single segment."""
        (segment,) = self.segments
        return replace(self, segments=(replace(segment, text=text),))

    def to_bytes(self) -> bytes:
        """Canonical JSON in UTF-8: sorted keys, no spaces; equal annotations give equal bytes.

        Raises Refused (code TEXT_NOT_STORABLE, TEXT_TOO_LONG) for what no keyboard types.
        """
        return storable_json(self.to_table())

    def to_table(self) -> dict[str, Any]:
        """The JSON object that ``to_bytes`` writes."""
        return {
            "v": DOCUMENT_VERSION,
            "segments": [one.to_table() for one in self.segments],
            "spans": [{"start": one.start, "end": one.end, "kind": one.kind} for one in self.spans],
            "labels": _plain(self.labels),
            "flags": sorted(self.flags),
            **_plain_earlier(self.earlier),
            **({"denied": sorted(self.denied)} if self.denied else {}),
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "Annotation":
        """Reads what ``to_bytes`` wrote; raises Damaged for anything else."""
        try:
            return cls.from_table(json.loads(data.decode("utf-8", "surrogatepass")))
        except ValueError as error:
            raise Damaged("ANNOTATION_UNREADABLE") from error

    @classmethod
    def from_table(cls, body: dict[str, Any]) -> "Annotation":
        """Reads what ``to_table`` made; raises Damaged for anything else."""
        try:
            if body["v"] != DOCUMENT_VERSION:
                raise Damaged("ANNOTATION_OTHER_VERSION")
            return cls(
                segments=tuple(map(_segment, body["segments"])),
                spans=tuple(
                    PersonalDataSpan(one["start"], one["end"], PersonalDataKind(one["kind"]))
                    for one in body["spans"]
                ),
                labels=_labels(body["labels"]),
                flags=frozenset(Flag(name) for name in body["flags"]),
                earlier=_earlier(body),
                denied=frozenset(str(words) for words in body.get("denied", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Damaged("ANNOTATION_UNREADABLE") from error


def new_segment_id() -> str:
    """A random id, unique within any annotation."""
    return secrets.token_hex(4)


def _segment(body: dict[str, Any]) -> Segment:
    return Segment(
        id=body["id"],
        start=body["start"],
        end=body["end"],
        text=body["text"],
        speaker=body["speaker"],
        labels=_labels(body["labels"]),
        flags=frozenset(body["flags"]),
        earlier=_earlier(body),
    )


def _plain(labels: Labels) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in labels.items()}


def _labels(body: dict[str, Any]) -> Labels:
    if body == {}:
        return _NO_LABELS
    return MappingProxyType({k: tuple(v) if isinstance(v, list) else v for k, v in body.items()})


def _plain_earlier(earlier: EarlierLabels) -> dict[str, Any]:
    """Without such answers there is no key, as in documents made before there could be any."""
    return {"earlier": {form: _plain(labels) for form, labels in earlier.items()}} if earlier else {}


def _earlier(body: dict[str, Any]) -> EarlierLabels:
    if "earlier" not in body:
        return _NO_EARLIER
    return MappingProxyType({form: _labels(labels) for form, labels in body.get("earlier", {}).items()})
