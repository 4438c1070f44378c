"""What a person says about a clip: text, labels, flags; and its one canonical byte form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from reviewer.errors import Damaged

LabelValue = str | bool | int | tuple[str, ...]
_VERSION = 1


class Flag(StrEnum):
    """Clip-level flags, a closed list."""

    NO_SPEECH = "no_speech"
    WRONG_LANGUAGE = "wrong_language"
    UNUSABLE = "unusable"
    PERSONAL_DATA = "personal_data"
    DISTRESSING = "distressing"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's transcript (``text_verbatim`` as typed), labels and flags; editing makes a new value.

    ``schema_version`` and ``conventions_version`` name the form and the conventions it was made under.
    """

    text_verbatim: str = ""
    labels: Mapping[str, LabelValue] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[Flag] = frozenset()
    schema_version: str = ""
    conventions_version: str = ""

    def to_bytes(self) -> bytes:
        """Canonical JSON in UTF-8: sorted keys, no spaces; equal annotations give equal bytes."""
        body = {
            "v": _VERSION,
            "text_verbatim": self.text_verbatim,
            "labels": {key: list(v) if isinstance(v, tuple) else v for key, v in self.labels.items()},
            "flags": sorted(self.flags),
            "schema_version": self.schema_version,
            "conventions_version": self.conventions_version,
        }
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Annotation":
        """Reads what ``to_bytes`` wrote; raises Damaged for anything else."""
        try:
            body = json.loads(data)
            if body["v"] != _VERSION:
                raise Damaged("This annotation was written by a newer version.", "Update the program.")
            labels = {k: tuple(v) if isinstance(v, list) else v for k, v in body["labels"].items()}
            return cls(
                text_verbatim=body["text_verbatim"],
                labels=MappingProxyType(labels),
                flags=frozenset(Flag(name) for name in body["flags"]),
                schema_version=body["schema_version"],
                conventions_version=body["conventions_version"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Damaged("An annotation cannot be read.", "Run: reviewer audit verify.") from error
