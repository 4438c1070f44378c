"""A process that opens one clip, plays it to its end, scrolls through it, and prints its peak of memory.

``python -m tests.benchmarks.sitting FOLDER CLIP_ID``: seconds it took and the peak in KiB, as JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.io.flac import open_sound
from reviewer.audio.play.player import Player
from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.audio.view.spectrogram import TILE_COLUMNS, SpectrogramParameters, tile
from reviewer.ui.waveform.trace import trace, waveform_source
from reviewer.ui.waveform.view_window import ViewWindow
from reviewer.ui.waveform.waveform_view import WaveformView
from tests.benchmarks.clips import KEYRING, a_vault

_BLOCK_FRAMES = 1 << 14
_PAGES = 200
_PIXELS = 1_600


def peak_kib() -> int:
    """The most memory that this process ever had (``VmHWM``)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def play(sound: Sound) -> int:
    """From the beginning to the end as fast as it comes, with a jump to and fro; frames heard."""
    device = VirtualDevice(keeps=False)
    player = Player(device)
    player.load(sound)
    player.play()
    pulled = 0
    while player.is_playing:
        device.pull(_BLOCK_FRAMES)
        pulled += 1
        if pulled % 4 == 0:
            time.sleep(0.001)
    heard = sum(each.end - each.start for each in player.take_heard())
    for percent, place in ((50, sound.frames // 2), (100, sound.frames // 3)):
        player.set_speed(percent)
        player.play(place)
        for _ in range(50):
            device.pull(512)
            time.sleep(0.001)
        player.pause()
    player.close()
    player.take_heard()
    return heard


def scroll(sound: Sound, pyramid: PeakPyramid, span: int) -> None:
    """Page by page from end to end, wave and spectrogram."""
    source, recipe = waveform_source(sound, pyramid), SpectrogramParameters(sound.rate_hz)
    window = ViewWindow.whole(sound.frames)
    span = min(span, sound.frames)
    level = recipe.level_for(span / _PIXELS)
    pages = _PAGES if span < sound.frames else 1
    for page in range(pages):
        start = (sound.frames - span) * page / max(pages - 1, 1)
        window = ViewWindow(start, start + span, sound.frames)
        trace(source, 0, window, _PIXELS)
        tile(sound, 0, recipe, level, int(start) // (TILE_COLUMNS << level))


def main(folder: Path, clip_id: str) -> None:
    app = QApplication([])
    began = time.perf_counter()
    with a_vault(folder) as vault:
        pyramid = PeakPyramid.from_stream(vault.peaks(KEYRING, clip_id))
        sound = open_sound(vault.audio(KEYRING, clip_id))
        view = WaveformView()
        view.resize(_PIXELS, 340)
        view.show()
        view.show_clip(sound, pyramid)
        view.grab()
        heard = play(sound)
        for span in (sound.rate_hz // 10, 5 * sound.rate_hz, 600 * sound.rate_hz, sound.frames):
            scroll(sound, pyramid, span)
    print(json.dumps({"kib": peak_kib(), "heard": heard, "seconds": time.perf_counter() - began}))
    del app


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
