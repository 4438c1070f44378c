"""Prints how long the sound of each odd encoding is: by its source, by ffmpeg, and as it would be imported.

Run it with ``PYTHONPATH=. .venv/bin/python tests/benches/encodings_table.py``.
"""

import sys
import tempfile
from pathlib import Path

from reviewer.audio.decode.decoder import Decoder
from reviewer.errors import Refused
from tests import encodings, odd_encodings
from tests.fakes.decoder import decode_whole
from tests.ffmpeg_command import FFMPEG, ffmpeg_seconds
from tests.odd_encodings import Odd


def _outcome(decoder: Decoder, path: Path) -> str:
    try:
        decoded = decode_whole(decoder, path)
    except Refused as refusal:
        return refusal.code
    return f"{decoded.frames / decoded.rate_hz:.3f}"


def main() -> None:
    """Print the table."""
    plain = {name: Odd(make) for name, make in {**encodings.WHOLE, **encodings.MEDIA}.items()}
    every = {
        **plain,
        **{f"odd {name}": odd for name, odd in {**odd_encodings.ODD, **odd_encodings.MEDIA}.items()},
    }
    outcomes = []
    with tempfile.TemporaryDirectory() as folder, Decoder() as decoder:
        path = Path(folder, "a.bin")
        for name, odd in every.items():
            path.write_bytes(odd.make())
            outcomes.append(_outcome(decoder, path))
            ffmpeg = f"{ffmpeg_seconds(path):.3f}" if FFMPEG else "-"
            sys.stdout.write(f"{name:50} {odd.seconds:8.3f} {ffmpeg:>8} {outcomes[-1]}\n")
    whole = sum(outcome[0].isdigit() for outcome in outcomes)
    sys.stdout.write(f"{len(outcomes)} encodings, {whole} in whole, {len(outcomes) - whole} refused\n")


if __name__ == "__main__":
    main()
