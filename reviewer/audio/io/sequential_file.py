"""A sound file that is read or written once, from its beginning to its end."""

import soundfile


class SequentialFile(soundfile.SoundFile):  # type: ignore[misc, unused-ignore]
    """A file in which soundfile does not seek.

    In a file that it can seek in, soundfile seeks to where it is after each block, which takes time. What is
    worse, mpg123 then has no bytes of the frames before, which a frame of MP3 may need, and is silent until
    it has: up to 50 ms a block.
    """

    def seekable(self) -> bool:
        return False
