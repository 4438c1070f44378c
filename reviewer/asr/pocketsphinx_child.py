"""A program of its own around pocketsphinx: sound on standard input, JSON on standard output.

``recognise`` reads a WAV; ``align`` reads a line of JSON with a text, then a WAV. The WAV is 16 kHz, mono,
16 bits. It runs apart because the library crashes where its objects outlive their decoder.
"""

import importlib.metadata
import io
import json
import re
import sys
import unicodedata
import wave
from typing import Any

_RATE_HZ = 16_000
_FRAMES_A_SECOND = 100
_VARIANT = re.compile(r"\(\d+\)$")
_NO_WORD = re.compile(r"^[<\[+].*[>\]+]$")


def main(arguments: list[str]) -> int:
    """Recognises or aligns; returns the exit code."""
    given = sys.stdin.buffer.read()
    text = None
    if arguments == ["align"]:
        head, _, given = given.partition(b"\n")
        text = str(json.loads(head)["text"])
    elif arguments != ["recognise"]:
        return 2
    json.dump(_recognised(_samples(given), text), sys.stdout)
    return 0


def _samples(wav: bytes) -> bytes:
    with wave.open(io.BytesIO(wav)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (_RATE_HZ, 1, 2):
            raise ValueError("16 kHz, mono, 16 bits are wanted")
        return bytes(file.readframes(file.getnframes()))


def _recognised(samples: bytes, text: str | None) -> dict[str, Any]:
    from pocketsphinx import Decoder  # noqa: PLC0415 - an optional extra, and slow to load

    decoder = Decoder(samprate=_RATE_HZ, loglevel="FATAL")
    if text is not None:
        known = [word for word in _plain_words(text) if decoder.lookup_word(word) is not None]
        if not known:
            return _result("", [])
        decoder.set_align_text(" ".join(known))
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    words = [
        {
            "text": _VARIANT.sub("", segment.word),
            "start": segment.start_frame / _FRAMES_A_SECOND,
            "end": (segment.end_frame + 1) / _FRAMES_A_SECOND,
            "confidence": None if text is not None else min(max(segment.prob, 0.0), 1.0),
        }
        for segment in decoder.seg() or ()
        if not _NO_WORD.match(segment.word)
    ]
    return _result(" ".join(word["text"] for word in words), words)


def _plain_words(text: str) -> list[str]:
    """Lower-case words without marks, as the dictionary has them; tags in brackets are left out."""
    plain = unicodedata.normalize("NFC", re.sub(r"\[[^\]]*\]", " ", text)).casefold().replace("’", "'")
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", plain)


def _result(text: str, words: list[dict[str, Any]]) -> dict[str, Any]:
    version = importlib.metadata.version("pocketsphinx")
    return {"text": text, "words": words, "engine": "pocketsphinx", "version": version}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
