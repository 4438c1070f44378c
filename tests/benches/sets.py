"""The audio files of rows, as an export writes them under ``clips/``."""

from collections.abc import Iterable
from pathlib import Path

from reviewer.formats.dataset import CLIPS, Utterance, write_bytes


def write_sounds(folder: Path, utterances: Iterable[Utterance]) -> None:
    """Writes each row's own audio file."""
    (folder / CLIPS).mkdir()
    for one in utterances:
        write_bytes(folder / one.path, one.flac())
