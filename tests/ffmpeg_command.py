"""How long ffmpeg's command finds the sound of a file, where that command is installed."""

import shutil
import subprocess
from pathlib import Path

_RATE_HZ = 16_000
FFMPEG = shutil.which("ffmpeg")


def ffmpeg_seconds(path: Path) -> float:
    """The length of all that it decodes; 0.0 if that is nothing."""
    command = [FFMPEG or "", "-v", "quiet", "-nostdin", "-i", str(path), "-vn", "-f", "s16le", "-ac", "1"]
    done = subprocess.run(
        [*command, "-ar", str(_RATE_HZ), "-"], stdout=subprocess.PIPE, check=False, timeout=60
    )
    return len(done.stdout) / 2 / _RATE_HZ
