"""The formats by the name that ``--format`` takes, and their titles, without loading any of them."""

from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "nemo": "NeMo",
        "csv": "CSV",
        "csv-excel": "CSV for Excel",
        "jsonl": "JSON Lines",
        "kaldi": "Kaldi",
        "audiofolder": "Hugging Face audiofolder",
        "parquet": "Hugging Face Parquet",
        "lhotse": "Lhotse",
        "common-voice": "Common Voice",
        "webdataset": "WebDataset",
        "librispeech": "LibriSpeech",
        "azure": "Azure Custom Speech",
        "textgrid": "Praat TextGrid",
        "eaf": "ELAN EAF",
        "stm": "NIST STM",
        "ctm": "NIST CTM",
        "rttm": "NIST RTTM",
        "webvtt": "WebVTT",
        "srt": "SubRip SRT",
        "audacity": "Audacity labels",
        "label-studio": "Label Studio",
    }
)
USUAL = ("nemo", "csv")
"""The formats that the window proposes."""
_PACKAGES = {"parquet": "pyarrow"}


def missing_package(name: str) -> str:
    """The package that a format needs and that is not installed, else an empty string.

    It comes with the extra of the format's name: ``pip install reviewer[parquet]``.
    """
    package = _PACKAGES.get(name, "")
    return package if package and find_spec(package) is None else ""


def term_of(name: str) -> str:
    """The name of a format as codes of messages have it."""
    return name.replace("-", "_")
