"""A cache of recently used blocks, and sound that is rendered block by block."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np

from reviewer.audio.samples import AudioFormat, IntSamples

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

RenderBlock = Callable[[int, int], IntSamples]

_RENDERED_BLOCKS = 4


class BlockCache(Generic[Key, Value]):
    """Keeps the ``capacity`` blocks that were used last; thread-safe."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        """May be changed; takes effect with the next ``put``."""
        self._blocks: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: Key) -> bool:
        """Whether the block is cached; does not count as a use."""
        with self._lock:
            return key in self._blocks

    def get(self, key: Key) -> Value | None:
        """The block, if it is cached; counts as a use."""
        with self._lock:
            block = self._blocks.get(key)
            if block is not None:
                self._blocks.move_to_end(key)
            return block

    def put(self, key: Key, block: Value) -> None:
        """Cache a block; drops the least recently used one if there are too many."""
        with self._lock:
            self._blocks[key] = block
            self._blocks.move_to_end(key)
            while len(self._blocks) > self.capacity:
                self._blocks.popitem(last=False)

    def clear(self) -> None:
        """Drop all blocks."""
        with self._lock:
            self._blocks.clear()


class RenderedSound:
    """A ``Sound`` rendered on demand: block ``k`` is frames ``[k * block_frames, (k + 1) * block_frames)``.

    ``render(start, end)`` is only called for whole blocks, so a sample does not depend on the frames read
    with it. The blocks used last are cached, the others are rendered again when needed.
    """

    def __init__(
        self, audio_format: AudioFormat, frames: int, block_frames: int, render: RenderBlock
    ) -> None:
        self._format = audio_format
        self._frames = frames
        self._block_frames = max(block_frames, 1)
        self._render = render
        self._cache: BlockCache[int, IntSamples] = BlockCache(_RENDERED_BLOCKS)

    @property
    def rate_hz(self) -> int:
        return self._format.rate_hz

    @property
    def frames(self) -> int:
        return self._frames

    @property
    def channels(self) -> int:
        return self._format.channels

    @property
    def bits(self) -> int:
        return self._format.bits

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, clipped to the clip; see ``Sound``."""
        start, end = max(start, 0), min(end, self._frames)
        parts: list[Any] = [np.zeros((0, self.channels), dtype=self._format.dtype)]
        for number in range(start // self._block_frames, -(-end // self._block_frames) if end > start else 0):
            block, first = self._block(number), number * self._block_frames
            parts.append(block[max(start - first, 0) : end - first])
        whole: IntSamples = np.concatenate(parts) if len(parts) > 2 else parts[-1]
        return whole

    def _block(self, number: int) -> IntSamples:
        block = self._cache.get(number)
        if block is None:
            first = number * self._block_frames
            block = self._render(first, min(first + self._block_frames, self._frames))
            self._cache.put(number, block)
        return block
