"""ELAN annotation documents (EAF 3.0), one file a row: a tier for each speaker, and one for its words.

Times are whole milliseconds, slots are in the order of time, and annotations of a tier never overlap. Media
are named by a relative path: an absolute one would tell whose machine it was (EAFv3.0.xsd, ELAN manual).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from reviewer.errors import Notice, Refused
from reviewer.formats.dataset import Utterance, write_lines
from reviewer.formats.row_problems import has_times_below_millisecond, row_problem
from reviewer.formats.tiers import Tier, TierSpan, tiers_of
from reviewer.formats.times import milliseconds
from reviewer.formats.validation import MOST_LINE_BYTES, SetValidator
from reviewer.untrusted_files import read_untrusted_text

VERSION = "1"
HAS_OWN_AUDIO = False
FOLDER = "eaf"
SUFFIX = ".eaf"
_DATE = "2000-01-01T00:00:00+00:00"
"""The schema wants one; a real one would change the bytes of equal sets."""
_MIME_TYPES = {".wav": "audio/x-wav", ".flac": "audio/flac", ".opus": "audio/ogg"}
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def problem(utterance: Utterance) -> str:
    """A time that has no length in milliseconds."""
    return "time_below_millisecond" if has_times_below_millisecond(utterance) else row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``eaf/<id>.eaf``. May raise OSError."""
    (folder / FOLDER).mkdir()
    for utterance in utterances:
        write_lines(folder / FOLDER / f"{utterance.id}{SUFFIX}", _lines(utterance))


def validate(folder: Path) -> list[Notice]:
    """Reads every document back and returns every problem found."""
    validator = SetValidator(folder)
    for name, clip in validator.side_files(FOLDER, SUFFIX):
        try:
            _check(name, _document(folder / name), validator)
        except (OSError, Refused):
            validator.add_problem("SET_FILE_UNREADABLE", file=name)
        except (ET.ParseError, LookupError, ValueError):
            validator.add_problem("SET_NOT_XML", file=name)
        validator.check_clip_decodes(name, clip)
    return validator.problems


def _document(path: Path) -> ET.Element:
    """The root of a document without a DOCTYPE, which may define entities that grow. Raises ValueError."""
    text = read_untrusted_text(path, MOST_LINE_BYTES)
    if "<!DOCTYPE" in text:
        raise ValueError("a document type")
    return ET.fromstring(text)  # noqa: S314 - see above


def _lines(utterance: Utterance) -> Iterator[str]:
    tiers = tiers_of(utterance)
    spans = [span for tier in tiers for span in tier.spans]
    slots = _slots(spans, utterance)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<ANNOTATION_DOCUMENT AUTHOR="" DATE="{_DATE}" FORMAT="3.0" VERSION="3.0"'
    yield '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    yield f'    xsi:noNamespaceSchemaLocation="{_SCHEMA}">'
    media = quoteattr(f"../{utterance.path}")
    mime_type = _MIME_TYPES[Path(utterance.path).suffix]
    yield '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
    yield f'<MEDIA_DESCRIPTOR MEDIA_URL={media} RELATIVE_MEDIA_URL={media} MIME_TYPE="{mime_type}"/>'
    yield f'<PROPERTY NAME="lastUsedAnnotationId">{len(spans)}</PROPERTY>'
    yield "</HEADER>"
    yield "<TIME_ORDER>"
    for number, (time, _, _) in enumerate(slots, start=1):
        yield f'<TIME_SLOT TIME_SLOT_ID="ts{number}" TIME_VALUE="{time}"/>'
    yield "</TIME_ORDER>"
    names = {(span, is_start): f"ts{number}" for number, (_, is_start, span) in enumerate(slots, start=1)}
    number = 0
    for tier in tiers:
        yield from _tier(tier, number, names)
        number += len(tier.spans)
    for kind in ("utterance", "word") if utterance.words else ("utterance",):
        name = f'LINGUISTIC_TYPE_ID="{kind}" TIME_ALIGNABLE="true" GRAPHIC_REFERENCES="false"'
        yield f"<LINGUISTIC_TYPE {name}/>"
    yield "</ANNOTATION_DOCUMENT>"


def _slots(spans: Sequence[TierSpan], utterance: Utterance) -> list[tuple[int, bool, int]]:
    """The time of each slot, and whose begin or end it is: in order, and two for each annotation.

    Slots are never shared: to move the border of one annotation would move that of another.
    """
    return sorted(
        (milliseconds(frame, utterance.rate_hz), is_start, number)
        for number, span in enumerate(spans, start=1)
        for is_start, frame in ((True, span.start), (False, span.end))
    )


def _tier(tier: Tier, before: int, slots: Mapping[tuple[int, bool], str]) -> Iterator[str]:
    kind = "word" if tier.has_words else "utterance"
    name = f'TIER_ID="{tier.name}" PARTICIPANT="{tier.speaker}" LINGUISTIC_TYPE_REF="{kind}"'
    yield f"<TIER {name}>"
    for number, span in enumerate(tier.spans, start=before + 1):
        start, end = slots[number, True], slots[number, False]
        place = f'ANNOTATION_ID="a{number}" TIME_SLOT_REF1="{start}" TIME_SLOT_REF2="{end}"'
        value = f"<ANNOTATION_VALUE>{escape(span.text)}</ANNOTATION_VALUE>"
        yield f"<ANNOTATION><ALIGNABLE_ANNOTATION {place}>{value}</ALIGNABLE_ANNOTATION></ANNOTATION>"
    yield "</TIER>"


def _check(name: str, document: ET.Element, validator: SetValidator) -> None:
    slots = {
        slot.attrib["TIME_SLOT_ID"]: int(slot.attrib["TIME_VALUE"]) for slot in document.iter("TIME_SLOT")
    }
    if list(slots.values()) != sorted(slots.values()):
        validator.add_problem("SET_TIMES", where=name)
    kinds = {kind.attrib["LINGUISTIC_TYPE_ID"] for kind in document.iter("LINGUISTIC_TYPE")}
    seen: set[str] = set(slots)
    for tier in document.iter("TIER"):
        ids = [tier.attrib["TIER_ID"]]
        if tier.attrib["LINGUISTIC_TYPE_REF"] not in kinds:
            validator.add_problem("SET_NOT_XML", file=name)
        at = 0
        for one in tier.iter("ALIGNABLE_ANNOTATION"):
            ids.append(one.attrib["ANNOTATION_ID"])
            start, end = slots[one.attrib["TIME_SLOT_REF1"]], slots[one.attrib["TIME_SLOT_REF2"]]
            if not at <= start < end:
                validator.add_problem("SET_TIMES", where=name)
            at = end
            validator.check_text(name, "text", one.findtext("ANNOTATION_VALUE") or "")
        if len(set(ids)) != len(ids) or seen & set(ids):
            validator.add_problem("SET_ID_TWICE", where=name, id=ids[0])
        seen.update(ids)
