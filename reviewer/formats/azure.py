"""Azure Custom Speech: 16-bit WAV files beside ``trans.txt``, ``name.wav<TAB>text``, for each locale.

A file of a language other than English and Mandarin begins with a BOM; text for en-US is ASCII; a clip is
mono, of 8 or 16 kHz, and at most 40 seconds long (Microsoft, training and testing datasets).
"""

import io
from collections.abc import Sequence
from pathlib import Path

import soundfile

from reviewer.errors import Notice
from reviewer.formats.dataset import TextFiles, Utterance, audio_bytes, write_bytes
from reviewer.formats.row_problems import row_problem
from reviewer.formats.validation import SetValidator, is_foreign, wav_form

VERSION = "1"
HAS_OWN_AUDIO = True
FOLDER = "azure"
TRANSCRIPTS = "trans.txt"
UNSPLIT = "all"
MOST_SECONDS = 40
RATES_HZ = (8_000, 16_000)
_WITHOUT_BOM = ("en", "zh")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def problem(utterance: Utterance) -> str:
    """Audio or text that the service refuses."""
    if utterance.duration > MOST_SECONDS:
        return "azure_too_long"
    if utterance.rate_hz not in RATES_HZ or utterance.channels != 1:
        return "azure_audio"
    if not utterance.text:
        return "no_words"
    if utterance.locale == "en-US" and not utterance.text.isascii():
        return "azure_ascii"
    return row_problem(utterance)


def write(folder: Path, utterances: Sequence[Utterance]) -> None:
    """Writes ``azure/<locale>/<split>/``, each ready to be zipped and sent. May raise OSError."""
    begun: set[str] = set()
    with TextFiles(folder / FOLDER) as files:
        for utterance in utterances:
            place = f"{utterance.locale}/{utterance.split or UNSPLIT}"
            is_first_with_bom = place not in begun and not _is_without_bom(utterance.locale)
            begun.add(place)
            mark = _BOM if is_first_with_bom else ""
            files.add_line(f"{place}/{TRANSCRIPTS}", f"{mark}{utterance.id}.wav\t{utterance.text}")
            write_bytes(folder / FOLDER / place / f"{utterance.id}.wav", _wav(audio_bytes(folder, utterance)))


def validate(folder: Path) -> list[Notice]:
    """Reads every transcript back and returns every problem found."""
    validator = SetValidator(folder)
    paths = sorted((folder / FOLDER).glob(f"*/*/{TRANSCRIPTS}"))
    if not paths:
        validator.add_problem("SET_FILE_MISSING", file=FOLDER)
    for path in paths:
        locale = path.parent.parent.name
        listed = {TRANSCRIPTS}
        name = path.relative_to(folder).as_posix()
        for where, line in validator.lines(name, with_bom=not _is_without_bom(locale)):
            sound, _, text = line.partition("\t")
            listed.add(sound)
            validator.check_id(where, sound.removesuffix(".wav"))
            validator.check_text(where, "text", text)
            if not text or "\t" in text or (locale == "en-US" and not text.isascii()):
                validator.add_problem("AZURE_TEXT", where=where)
            _check_wav(where, f"{path.parent.relative_to(folder).as_posix()}/{sound}", validator)
        for extra in sorted({one.name for one in path.parent.iterdir()} - listed):
            validator.add_problem("SET_FILE_NOT_LISTED", file=extra)
    return validator.problems


def _is_without_bom(locale: str) -> bool:
    return locale.lower().split("-")[0] in _WITHOUT_BOM


def _wav(data: bytes) -> bytes:
    samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    out = io.BytesIO()
    soundfile.write(out, samples, rate_hz, format="WAV", subtype="PCM_16")
    return out.getvalue()


def _check_wav(where: str, path: str, validator: SetValidator) -> None:
    if is_foreign() and validator.check_clip_decodes(where, path) is None:
        return
    try:
        channels, rate_hz, bits, frames = wav_form(validator.folder / path)
    except OSError:
        validator.add_problem("SET_CLIP_UNREADABLE", where=where)
        return
    is_right = (channels, bits) == (1, 16) and rate_hz in RATES_HZ
    if not is_right or not 0 < frames <= MOST_SECONDS * rate_hz:
        validator.add_problem("AZURE_AUDIO", where=where)
