"""What a recogniser prints, checked before it is used."""

import json
import math
import unicodedata
from dataclasses import dataclass
from typing import Any

from reviewer.errors import Unavailable

MOST_BYTES = 16 << 20
MOST_WORDS = 200_000
_MOST_CHARACTERS = 2_000_000
_LONGEST_NAME = 80
_SLACK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word from ``start`` to ``end`` in seconds; ``confidence`` is 0 to 1, None when not given."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """The output of one engine; ``words`` is empty if it gives no times."""

    text: str
    engine: str
    version: str = ""
    words: tuple[RecognisedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text that is spoken between ``start`` and ``end`` of a sound, in seconds."""

    text: str
    start: float
    end: float


class UnusableOutput(Unavailable):
    """The output of a recogniser is not what it should be, and none of it is used."""

    def __init__(self) -> None:
        super().__init__("RECOGNISER_OUTPUT_UNUSABLE")


def parse_recognition(output: bytes, seconds: float) -> Recognition:
    """Reads ``{"text", "words": [{"text", "start", "end", "confidence"}], "engine", "version"}``.

    ``words``, ``confidence`` and ``version`` may be left out. Control characters become spaces.

    Args:
        seconds: the length of the sound; words reach at most a second beyond it.

    Raises: UnusableOutput.
    """
    try:
        body = json.loads(output.decode())
        return recognition(
            body["text"],
            body["engine"],
            body.get("version", ""),
            [_word(raw, seconds) for raw in body.get("words") or []],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableOutput from error


def parse_alignment(output: bytes, parts: int, seconds: float) -> tuple[Recognition, ...]:
    """Reads ``{"parts": [...]}``, each part as ``parse_recognition`` has it. Raises: UnusableOutput."""
    try:
        found = json.loads(output.decode())["parts"]
        if len(found) != parts:
            raise UnusableOutput
        return tuple(parse_recognition(json.dumps(part).encode(), seconds) for part in found)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnusableOutput from error


def parse_whisper(output: bytes, seconds: float, model: str) -> Recognition:
    """Reads whisper.cpp's full JSON (``whisper-cli -ojf``): tokens with milliseconds and probabilities.

    A token that begins with a space begins a word; others continue it. A word is as sure as its least sure
    token. Source: ``output_json`` in whisper.cpp, examples/cli/cli.cpp.

    Raises: UnusableOutput.
    """
    try:
        # A token may hold a part of a character; the parts of a word are joined before they are decoded.
        body = json.loads(output.decode("utf-8", "surrogateescape"))
        words: list[RecognisedWord] = []
        for part in body["transcription"]:
            words += _whisper_words(part["tokens"], seconds)
        text = " ".join(_whole(part["text"]).strip() for part in body["transcription"])
        return recognition(text, "whisper.cpp", model, words)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableOutput from error


def recognition(text: object, engine: object, version: object, words: list[RecognisedWord]) -> Recognition:
    """A recognition within its bounds; raises ValueError."""
    if not (isinstance(text, str) and isinstance(engine, str) and isinstance(version, str)):
        raise TypeError("text, engine and version are strings")
    if len(text) > _MOST_CHARACTERS or len(words) > MOST_WORDS or not engine.strip():
        raise ValueError("the output is out of bounds")
    name, number = (_clean(each)[:_LONGEST_NAME] for each in (engine, version))
    return Recognition(_clean(text), name, number, tuple(sorted(words, key=lambda word: word.start)))


def _word(raw: dict[str, Any], seconds: float) -> RecognisedWord:
    confidence = raw.get("confidence")
    if confidence is not None:
        confidence = min(max(_number(confidence), 0.0), 1.0)
    start, end = _number(raw["start"]), _number(raw["end"])
    if not isinstance(raw["text"], str) or not 0 <= start <= end <= seconds + _SLACK_SECONDS:
        raise ValueError("a word is out of bounds")
    return RecognisedWord(_clean(raw["text"]), min(start, seconds), min(end, seconds), confidence)


def _whisper_words(tokens: list[dict[str, Any]], seconds: float) -> list[RecognisedWord]:
    found: list[RecognisedWord] = []
    for token in tokens:
        text = token["text"]
        if text.startswith("[_") and text.endswith("]"):
            continue
        begin, end = (min(max(_number(token["offsets"][at]) / 1000, 0.0), seconds) for at in ("from", "to"))
        sure = min(max(_number(token["p"]), 0.0), 1.0)
        if found and not text.startswith(" "):
            last = found.pop()
            sure = min(sure, last.confidence if last.confidence is not None else 1.0)
            found.append(RecognisedWord(last.text + text, last.start, max(last.end, end), sure))
        else:
            found.append(RecognisedWord(text, begin, max(begin, end), sure))
    cleaned = [RecognisedWord(_whole(w.text).strip(), w.start, w.end, w.confidence) for w in found]
    return [word for word in cleaned if any(c.isalnum() for c in word.text)]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _whole(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _clean(text: str) -> str:
    text.encode()  # a lone surrogate cannot be stored: UnicodeEncodeError is a ValueError
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return unicodedata.normalize("NFC", " ".join(kept.split()))
