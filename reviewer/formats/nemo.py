"""The NeMo manifest: JSON Lines with paths relative to it, clips without words in a manifest of their own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reviewer.formats.dataset import SPLITS, Utterance, write_lines
from reviewer.formats.readback import Rows, read_text, text_sentence

VERSION = "1"
NOSPEECH = "nospeech"
# NVIDIA NeMo, ASR data preparation: audio_filepath, duration and text are read; the others pass through.
_KEYS = {
    "audio_filepath": str, "duration": float, "text": str, "lang": str, "speaker": str, "sampling_rate": int,
    "id": str,
}  # fmt: skip
_NAMES = tuple(f"manifest{part}.jsonl" for part in ("", *(f"_{s}" for s in SPLITS), f"_{NOSPEECH}"))


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``manifest.jsonl`` (one for each split of a split set) and ``manifest_nospeech.jsonl``.

    The latter only if it has rows: they stand apart because trainers drop rows without text, or choke on
    them. Raises OSError.
    """
    parts: dict[str, list[Utterance]] = {}
    for utterance in sorted(utterances, key=lambda u: u.id):
        part = utterance.split if utterance.text else NOSPEECH
        parts.setdefault(f"manifest_{part}.jsonl" if part else "manifest.jsonl", []).append(utterance)
    for name, rows in parts.items():
        write_lines(folder / name, (_line(utterance) for utterance in rows))


def validate(folder: Path) -> list[str]:
    """Reads every manifest back as NeMo does; gives a sentence for each thing wrong, and none of the text."""
    problems: list[str] = []
    rows = Rows(folder, problems)
    names = [name for name in _NAMES if (folder / name).exists()]
    if not names:
        problems.append("There is no NeMo manifest.")
    for name in names:
        rows.begin_file()
        text = read_text(folder / name, problems)
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            _check(f"{name}, line {number}", line, rows, wants_text=NOSPEECH not in name)
    return problems


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


def _check(where: str, line: str, rows: Rows, *, wants_text: bool) -> None:
    try:
        row: Any = json.loads(line)
    except ValueError:
        rows.problems.append(f"{where}: not JSON.")
        return
    if not isinstance(row, dict) or set(row) != set(_KEYS):
        rows.problems.append(f"{where}: not exactly the keys {', '.join(_KEYS)}.")
        return
    wrong = [key for key, kind in _KEYS.items() if type(row[key]) is not kind]
    if wrong:
        rows.problems.append(f"{where}: of the wrong kind: {', '.join(wrong)}.")
        return
    if row["duration"] <= 0:
        rows.problems.append(f"{where}: the duration is not above zero.")
    if bool(row["text"]) is not wants_text:
        rows.problems.append(f"{where}: {'no' if wants_text else 'there is'} text.")
    if sentence := text_sentence(row["text"]):
        rows.problems.append(f"{where}: the text {sentence}.")
    if not row["id"].startswith(f"{row['speaker']}-"):
        rows.problems.append(f"{where}: the id does not begin with the speaker.")
    rows.check(where, row["id"], row["audio_filepath"], row["duration"])
