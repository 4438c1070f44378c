"""What of a sound is at hand for the device's thread, which neither waits nor locks."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.audio.samples import IntSamples, concatenated


@dataclass(frozen=True, slots=True, eq=False)
class BufferedChunk:
    """Sound from the frame ``start`` on; ``data`` is never written to again."""

    start: int
    data: IntSamples

    @property
    def end(self) -> int:
        return self.start + int(self.data.shape[0])


class SampleBuffer:
    """ChunkedSound of a sound of ``frames`` frames, found by frame number.

    All pieces are exchanged in one step, and none is ever overwritten: a new one takes the place of an old
    one. So the device's thread copies from whatever it found, and what it copies cannot change under it.
    """

    __slots__ = ("_at_hand", "frames")

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self._at_hand: tuple[tuple[int, ...], tuple[BufferedChunk, ...]] = ((), ())

    @classmethod
    def whole(cls, data: IntSamples) -> "SampleBuffer":
        """All of a sound at hand from the start."""
        tape = cls(int(data.shape[0]))
        tape.put([BufferedChunk(0, data)])
        return tape

    def put(self, pieces: Iterable[BufferedChunk]) -> None:
        """Exchange all that is at hand for these pieces; they do not overlap."""
        ordered = tuple(sorted(pieces, key=lambda piece: piece.start))
        self._at_hand = (tuple(piece.start for piece in ordered), ordered)

    def piece_at(self, frame: int) -> BufferedChunk | None:
        """The piece that has this frame, if it is at hand."""
        starts, pieces = self._at_hand
        place = bisect_right(starts, frame) - 1
        if place < 0 or frame >= pieces[place].end:
            return None
        return pieces[place]

    def read(self, start: int, end: int) -> IntSamples | None:
        """Frames ``[start, end)``, if all of them are at hand."""
        found: list[IntSamples] = []
        while start < end:
            piece = self.piece_at(start)
            if piece is None:
                return None
            found.append(piece.data[start - piece.start : end - piece.start])
            start = piece.end
        return concatenated(found) if found else None
