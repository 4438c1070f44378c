"""What an export would hold: its first rows, its size, and the counts of what it leaves out."""

from dataclasses import dataclass

from reviewer.formats.dataset import Utterance
from reviewer.lead.export_collection import Collected
from reviewer.lead.set_options import AudioForm

PREVIEW_ROWS = 10
_FLAC_SHARE = 0.6
"""Of the size of the samples; what speech usually needs."""
_OPUS_BYTES_A_SECOND = 4_000
_SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True)
class ExportPreview:
    """``rows`` are the first ones; ``audio_bytes`` is an estimate, of the audio alone."""

    rows: tuple[Utterance, ...]
    clips: int
    row_count: int
    seconds: float
    audio_bytes: int
    left_out: dict[str, int]
    rows_left_out: dict[str, dict[str, int]]


def preview_of(found: Collected) -> ExportPreview:
    """The preview of what was collected."""
    return ExportPreview(
        tuple(row.utterance for row in found.rows[:PREVIEW_ROWS]),
        len(found.items),
        len(found.rows),
        round(found.statistics.seconds, 3),
        round(sum(_audio_bytes(row.utterance) for row in found.rows)),
        found.left_out,
        found.rows_left_out,
    )


def _audio_bytes(utterance: Utterance) -> float:
    if utterance.audio == AudioForm.OPUS:
        return utterance.duration * _OPUS_BYTES_A_SECOND * utterance.channels
    samples = utterance.frames * utterance.channels * _SAMPLE_BYTES
    return samples if utterance.audio == AudioForm.WAV else samples * _FLAC_SHARE
