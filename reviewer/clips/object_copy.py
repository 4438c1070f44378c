"""Copies sealed objects from one store to another, as they are, and compares what arrived."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import BinaryIO

from reviewer.clips.store import ClipStore
from reviewer.errors import Damaged, Unavailable
from reviewer.model.clip import ContentKind

_AT_ONCE = 4
_BLOCK_BYTES = 1 << 18
Progress = Callable[[int, int], None]


def copy_objects(source: ClipStore, target: ClipStore, names: Iterable[str], progress: Progress) -> int:
    """Copies all objects of these clips, several at a time; what is there and equal is not written again.

    Returns: how many objects the target now has of them.

    Raises: Damaged when a clip has none, or one cannot be read; Unavailable when a store does not answer, or
        gives back other bytes than it was given.
    """
    wanted = sorted(names)
    copied = 0
    with ThreadPoolExecutor(_AT_ONCE, "copy") as pool:
        try:
            for done, objects in enumerate(pool.map(partial(_copy_clip, source, target), wanted), 1):
                copied += objects
                progress(done, len(wanted))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    target.sync_names()
    return copied


def _copy_clip(source: ClipStore, target: ClipStore, name: str) -> int:
    kinds = [kind for kind in ContentKind if source.has(name, kind)]
    if not kinds:
        raise Damaged("CLIP_FILE_MISSING")
    for kind in kinds:
        wanted = _digest(source, name, kind)
        if target.has(name, kind) and _digest(target, name, kind) == wanted:
            continue
        _copy(source, target, name, kind)
        if _digest(target, name, kind) != wanted:
            raise Unavailable("CLIP_NOT_WRITTEN", problem="what came back is not what was sent")
    return len(kinds)


def _copy(source: ClipStore, target: ClipStore, name: str, kind: ContentKind) -> None:
    new = target.create(name, kind)
    try:
        with source.open(name, kind) as stream:
            shutil.copyfileobj(stream, new.stream, _BLOCK_BYTES)
        target.sync_new([new])
        new.keep()
    except OSError as error:
        raise Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror)) from error
    finally:
        new.discard()


def _digest(store: ClipStore, name: str, kind: ContentKind) -> bytes:
    with store.open(name, kind) as stream:
        return _sha256(stream)


def _sha256(stream: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.digest()
