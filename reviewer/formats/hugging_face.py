"""What both Hugging Face formats share: the columns of a row, the names of splits, the card of the set."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reviewer.formats.csv_table import LABEL, label_cell
from reviewer.formats.dataset import Utterance
from reviewer.formats.json_row import row_of

_SPLITS = {"": "train", "train": "train", "dev": "validation", "test": "test"}


def split_name(utterance: Utterance) -> str:
    """The split as ``datasets`` names it; a set that is not split is all ``train``."""
    return _SPLITS[utterance.split]


def label_keys(utterances: Iterable[Utterance]) -> list[str]:
    """The labels of a set: every split must have the same columns."""
    return sorted({key for utterance in utterances for key in utterance.labels})


def columns_of(utterance: Utterance, keys: Sequence[str]) -> dict[str, Any]:
    """The columns of a row but for its audio.

    An answer may be of several kinds, which no column can be: labels are texts, and those of segments JSON.
    """
    row = row_of(utterance)
    del row["labels"]
    segments = [
        {**one, "labels": json.dumps(one["labels"], ensure_ascii=False)} for one in row.pop("segments")
    ]
    speaker = row.pop("speaker")
    labels = {LABEL + key: label_cell(utterance.labels.get(key)) for key in keys}
    return {**row, "speaker_id": speaker, **labels, "segments": segments}


def card(paths: Mapping[str, str]) -> list[str]:
    """``README.md``: the configuration that names the files of each split (Hub, dataset cards)."""
    lines = ["---", "configs:", "- config_name: default", "  data_files:"]
    for split, path in paths.items():
        lines += [f"  - split: {split}", f"    path: {path}"]
    return [
        *lines,
        "---",
        "",
        "# Labelled speech",
        "",
        "Times are seconds from the start of each audio file.",
    ]
