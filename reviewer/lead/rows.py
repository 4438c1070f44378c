"""From an accepted clip to its row in a labelled set."""

from collections.abc import Callable

from reviewer.formats.dataset import Utterance, split_of, utterance_id
from reviewer.lead.selection import Chosen
from reviewer.model.annotation import LabelValue
from reviewer.transcript.profiles import visible


def utterance(chosen: Chosen, speaker: str, flac: Callable[[], bytes], *, split: bool) -> Utterance:
    """The row of a whole clip; ``speaker`` is its pseudonym, ``flac`` makes its audio when it is written."""
    clip, annotation = chosen.clip, chosen.annotation
    clip_part = "".join(c for c in clip.id.lower() if c.isascii() and c.isalnum())
    return Utterance(
        id=utterance_id(speaker, clip_part, 0, round(clip.frames * 1000 / clip.rate_hz)),
        clip_id=clip.id,
        speaker=speaker,
        locale=clip.locale,
        product=clip.product,
        frames=clip.frames,
        rate_hz=clip.rate_hz,
        channels=clip.channels,
        text=chosen.text,
        text_verbatim=one_line(annotation.text_verbatim),
        labels={key: _clean(value) for key, value in annotation.labels.items()},
        flags=annotation.flags,
        schema_version=annotation.schema_version,
        conventions_version=annotation.conventions_version,
        split=split_of(speaker) if split else "",
        flac=flac,
    )


def one_line(text: str) -> str:
    """A typed text as every file of a set has it: NFC, no invisible characters, single spaces."""
    return " ".join(visible(text).split())


def _clean(value: LabelValue) -> LabelValue:
    return one_line(value) if isinstance(value, str) else value
