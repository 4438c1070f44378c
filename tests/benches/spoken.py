"""Manifests of clips whose draft has word times, for what is found in recognised words."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import soundfile

from reviewer.model.clock import to_iso
from tests.fakes.clock import FakeClock

RATE = 8000
FRAMES_A_WORD = 5000


def write_spoken(
    folder: Path, clock: FakeClock, texts: Sequence[str], *, with_times: bool = True, name: str = "spoken"
) -> Path:
    """Writes noise for each text, 5000 frames a word, and gives the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, text in enumerate(texts):
        words = text.split()
        noise = np.random.default_rng(100 + number).integers(-9000, 9000, (len(words) * FRAMES_A_WORD, 1))
        soundfile.write(folder / f"{name}{number}.wav", noise.astype(np.int16), RATE, "PCM_16")
        recorded = clock.now() - timedelta(days=30)
        row = {
            "audio": f"{name}{number}.wav",
            "product": "translator",
            "locale": "en-US",
            "recorded_at": to_iso(recorded),
            "consent_product": "translator",
            "consent_granted_at": to_iso(recorded - timedelta(days=10)),
            "source_id": f"{name}-{number:04d}",
            "speaker": "voice-1",
            "draft": text,
        }
        seconds = FRAMES_A_WORD / RATE
        if with_times:
            row["words"] = [
                {"word": word, "start": place * seconds, "end": (place + 1) * seconds}
                for place, word in enumerate(words)
            ]
        lines.append(json.dumps(row))
    manifest = folder / f"{name}.jsonl"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest
