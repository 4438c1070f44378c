"""A temporary folder for plain files, removed by a process of its own: also when its user is killed.

That process waits for its input to end, which it does however the other one ends. It runs this file alone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A new folder that only this person can open. Raises OSError."""
    folder = tempfile.mkdtemp(prefix=prefix)
    try:
        with subprocess.Popen(
            [sys.executable, "-I", __file__, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Not the passphrase that may be in this one's: other programs of this user can read that process.
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
            start_new_session=True,  # a key press that interrupts this process does not reach it
        ):
            yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_at_the_end(folder: str) -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _remove_at_the_end(sys.argv[1])
