"""A program of its own around pocketsphinx: sound on standard input, JSON on standard output.

``recognise`` reads a WAV; ``align`` reads a line of JSON with texts and the seconds between which each is
said, then a WAV. The WAV is 16 kHz, mono, 16 bits. It runs apart because the library crashes where its
objects outlive their decoder.
"""

import importlib.metadata
import io
import json
import re
import sys
import unicodedata
import wave
from typing import Any

from reviewer.process_guard import harden_process

_RATE_HZ = 16_000
_SAMPLE_BYTES = 2
_FRAMES_A_SECOND = 100
_VARIANT = re.compile(r"\(\d+\)$")
_NO_WORD = re.compile(r"^[<\[+].*[>\]+]$")


def main(arguments: list[str]) -> int:
    """Recognises or aligns; returns the exit code."""
    harden_process()  # before there is sound: the library's crashes would leave it in a core dump
    given = sys.stdin.buffer.read()
    if arguments == ["align"]:
        head, _, given = given.partition(b"\n")
        json.dump({"parts": _aligned(_samples(given), json.loads(head)["parts"])}, sys.stdout)
    elif arguments == ["recognise"]:
        json.dump(_result(_decoded(_decoder(), _samples(given), 0.0)), sys.stdout)
    else:
        return 2
    return 0


def _samples(wav: bytes) -> bytes:
    with wave.open(io.BytesIO(wav)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (_RATE_HZ, 1, 2):
            raise ValueError("16 kHz, mono, 16 bits are wanted")
        return bytes(file.readframes(file.getnframes()))


def _decoder() -> Any:
    from pocketsphinx import Decoder  # noqa: PLC0415 - an optional extra, and slow to load

    return Decoder(samprate=_RATE_HZ, loglevel="FATAL")


def _aligned(samples: bytes, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The words of each part in its own stretch of the sound."""
    decoder, found = _decoder(), []
    for part in parts:
        known = [word for word in _plain_words(part["text"]) if decoder.lookup_word(word) is not None]
        words: list[dict[str, Any]] = []
        if known:
            decoder.set_align_text(" ".join(known))
            first, last = (round(part[edge] * _RATE_HZ) for edge in ("start", "end"))
            heard = samples[first * _SAMPLE_BYTES : last * _SAMPLE_BYTES]
            words = [word | {"confidence": None} for word in _decoded(decoder, heard, part["start"])]
        found.append(_result(words))
    return found


def _decoded(decoder: Any, samples: bytes, offset_seconds: float) -> list[dict[str, Any]]:
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    return [
        {
            "text": _VARIANT.sub("", segment.word),
            "start": offset_seconds + segment.start_frame / _FRAMES_A_SECOND,
            "end": offset_seconds + (segment.end_frame + 1) / _FRAMES_A_SECOND,
            "confidence": min(max(segment.prob, 0.0), 1.0),
        }
        for segment in decoder.seg() or ()
        if not _NO_WORD.match(segment.word)
    ]


def _plain_words(text: str) -> list[str]:
    """Lower-case words without marks, as the dictionary has them; tags in brackets are left out."""
    plain = unicodedata.normalize("NFC", re.sub(r"\[[^\]]*\]", " ", text)).casefold().replace("’", "'")
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", plain)


def _result(words: list[dict[str, Any]]) -> dict[str, Any]:
    text, version = " ".join(word["text"] for word in words), importlib.metadata.version("pocketsphinx")
    return {"text": text, "words": words, "engine": "pocketsphinx", "version": version}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
