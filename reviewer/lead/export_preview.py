"""What an export would hold: its first rows, its size, and the counts of what it leaves out."""

from collections.abc import Callable, Sequence
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
    audio_bytes, is_estimated, has_clips = 0.0, False, needs_clips(names)
    for row in found.rows:
        one, is_stored = row.utterance, is_as_stored(row, options)
        size = stored_bytes(one.clip_id) if is_stored else _estimated_bytes(one)
        is_estimated |= not is_stored
        audio_bytes += size if has_clips else 0
        for name in names:
            if not found.is_refused(name, one.id):
                audio_bytes += _copy_bytes(name, one, size, has_clips=has_clips)
    return ExportPreview(
        tuple(row.utterance for row in found.rows[:PREVIEW_ROWS]),
        found.clips,
        len(found.rows),
        round(found.statistics.seconds, 3),
        round(audio_bytes),
        found.left_out,
        found.rows_left_out,
        is_estimated=is_estimated,
    )


def _copy_bytes(name: str, utterance: Utterance, size: float, *, has_clips: bool) -> float:
    """The size of the audio of a row inside a file of a format; ``size`` is that of its own file."""
    if name == _AS_WAV:
        return _WAV_HEADER_BYTES + _pcm_bytes(utterance)
    return size if name in _HOLD_COPIES or not has_clips else 0


def _estimated_bytes(utterance: Utterance) -> float:
    if utterance.audio == AudioForm.OPUS:
        return utterance.duration * _OPUS_BYTES_A_SECOND * utterance.channels
    samples = _pcm_bytes(utterance)
    return samples if utterance.audio == AudioForm.WAV else samples * _FLAC_SHARE


def _pcm_bytes(utterance: Utterance) -> int:
    return utterance.frames * utterance.channels * _SAMPLE_BYTES
