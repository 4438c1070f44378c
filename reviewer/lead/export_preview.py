"""What an export would hold: its first rows, its size, and the counts of what it leaves out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.formats.catalogue import needs_clips
from reviewer.formats.dataset import Utterance
from reviewer.lead.export_audio import is_as_stored
from reviewer.lead.export_collection import Collected
from reviewer.lead.set_options import AudioForm, SetOptions

PREVIEW_ROWS = 10
_FLAC_SHARE = 0.6
"""Of the size of the samples; what speech usually needs."""
_OPUS_BYTES_A_SECOND = 4_000
_SAMPLE_BYTES = 2
_WAV_HEADER_BYTES = 44
_HOLD_COPIES = ("parquet", "webdataset")
"""Formats that have the audio inside their files; others have links to ``clips/`` where that is there."""
_AS_WAV = "azure"


@dataclass(frozen=True, slots=True)
class ExportPreview:
    """``rows`` are the first ones; ``audio_bytes`` is the size of the audio alone, in all formats together.

    It ``is_estimated`` unless every row is a stored file as it is.
    """

    rows: tuple[Utterance, ...]
    clips: int
    row_count: int
    seconds: float
    audio_bytes: int
    left_out: dict[str, int]
    rows_left_out: dict[str, dict[str, int]]
    is_estimated: bool = True


def preview_of(
    found: Collected, names: Sequence[str], options: SetOptions, stored_bytes: Callable[[str], int]
) -> ExportPreview:
    """The preview of what was collected; ``stored_bytes`` gives the size of a clip's stored audio."""
    stored = {row.utterance.id for row in found.rows if is_as_stored(row, options)}
    utterances = [row.utterance for row in found.rows]
    sizes = {
        one.id: stored_bytes(one.clip_id) if one.id in stored else _estimated_bytes(one) for one in utterances
    }
    return ExportPreview(
        tuple(utterances[:PREVIEW_ROWS]),
        len(found.items),
        len(utterances),
        seconds_of(utterances),
        round(sum(_sizes(found, names, utterances, sizes))),
        found.left_out,
        found.rows_left_out,
        is_estimated=len(stored) < len(utterances),
    )


def seconds_of(utterances: Sequence[Utterance]) -> float:
    """The length of all rows in seconds, to the millisecond."""
    return round(sum(utterance.duration for utterance in utterances), 3)


def _sizes(
    found: Collected, names: Sequence[str], utterances: Sequence[Utterance], sizes: dict[str, float]
) -> Iterator[float]:
    """The size of each audio file, and of each copy of one inside another file."""
    has_clips = needs_clips(names)
    if has_clips:
        yield from sizes.values()
    for name in names:
        if name == _AS_WAV:
            yield from (_WAV_HEADER_BYTES + _pcm_bytes(one) for one in found.held_by(name, utterances))
        elif name in _HOLD_COPIES or not has_clips:
            yield from (sizes[one.id] for one in found.held_by(name, utterances))


def _estimated_bytes(utterance: Utterance) -> float:
    if utterance.audio == AudioForm.OPUS:
        return utterance.duration * _OPUS_BYTES_A_SECOND * utterance.channels
    samples = _pcm_bytes(utterance)
    return samples if utterance.audio == AudioForm.WAV else samples * _FLAC_SHARE


def _pcm_bytes(utterance: Utterance) -> int:
    return utterance.frames * utterance.channels * _SAMPLE_BYTES
