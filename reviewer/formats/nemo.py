"""NeMo format: JSON Lines manifests with relative paths; clips without words in a separate manifest."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reviewer.errors import Notice
from reviewer.formats.dataset import SPLITS, Utterance, write_lines
from reviewer.formats.validation import SetValidator

TITLE = "NeMo"
VERSION = "1"
NOSPEECH = "nospeech"
# NVIDIA NeMo, ASR data preparation: reads audio_filepath, duration and text, and ignores the others.
_KEYS = {
    "audio_filepath": str, "duration": float, "text": str, "lang": str, "speaker": str, "sampling_rate": int,
    "id": str,
}  # fmt: skip
_NAMES = tuple(f"manifest{part}.jsonl" for part in ("", *(f"_{s}" for s in SPLITS), f"_{NOSPEECH}"))


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``manifest.jsonl`` (one for each split of a split set) and ``manifest_nospeech.jsonl``.

    The latter only if it has rows: training tools drop rows without text, or fail on them. May raise OSError.
    """
    parts: dict[str, list[Utterance]] = {}
    for utterance in sorted(utterances, key=lambda u: u.id):
        part = utterance.split if utterance.text else NOSPEECH
        parts.setdefault(f"manifest_{part}.jsonl" if part else "manifest.jsonl", []).append(utterance)
    for name, rows in parts.items():
        write_lines(folder / name, (_line(utterance) for utterance in rows))


def validate(folder: Path) -> list[Notice]:
    """Reads every manifest back as NeMo does and returns every problem found."""
    validator = SetValidator(folder)
    names = [name for name in _NAMES if (folder / name).exists()]
    if not names:
        validator.add_problem("NEMO_NO_MANIFEST")
    for name in names:
        text = validator.begin_file(name)
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            _check(f"{name}:{number}", line, validator, wants_text=NOSPEECH not in name)
    return validator.problems


def _line(utterance: Utterance) -> str:
    row = {
        "audio_filepath": utterance.path,
        "duration": utterance.duration,
        "text": utterance.text,
        "lang": utterance.locale,
        "speaker": utterance.speaker,
        "sampling_rate": utterance.rate_hz,
        "id": utterance.id,
    }
    return json.dumps(row, ensure_ascii=False)


def _check(where: str, line: str, validator: SetValidator, *, wants_text: bool) -> None:
    try:
        row: Any = json.loads(line)
    except ValueError:
        validator.add_problem("SET_NOT_JSON", where=where)
        return
    if not isinstance(row, dict) or set(row) != set(_KEYS):
        validator.add_problem("SET_WRONG_KEYS", where=where, keys=", ".join(_KEYS))
        return
    wrong = [key for key, kind in _KEYS.items() if type(row[key]) is not kind]
    if wrong:
        validator.add_problem("SET_WRONG_TYPES", where=where, keys=", ".join(wrong))
        return
    if row["duration"] <= 0:
        validator.add_problem("SET_DURATION_MISMATCH", where=where)
    if bool(row["text"]) is not wants_text:
        validator.add_problem("NEMO_TEXT_MISSING" if wants_text else "NEMO_TEXT_NOT_EXPECTED", where=where)
    validator.check_text(where, "text", row["text"])
    if not row["id"].startswith(f"{row['speaker']}-"):
        validator.add_problem("SET_ID_WITHOUT_SPEAKER", where=where)
    validator.check_row(where, row["id"], row["audio_filepath"], row["duration"])
