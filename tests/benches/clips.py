"""Clips put into a workspace as they are, without a decoder."""

from collections.abc import Callable
from contextlib import ExitStack

from reviewer.clips.content import ClipContent
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.people import Keyring


def add_clip(
    content: ClipContent,
    keyring: Keyring,
    clip: Clip,
    flac: bytes,
    peaks: bytes,
    in_transaction: Callable[[], None] = lambda: None,
    *,
    speech: bytes | None = None,
) -> None:
    """Seals the parts and imports the clip."""
    parts = {ContentKind.AUDIO: flac, ContentKind.PEAKS: peaks, ContentKind.SPEECH: speech}
    with ExitStack() as until_done:
        new = content.new_files(clip.id)
        until_done.callback(new.discard)
        for kind, part in parts.items():
            if part is not None:
                new.write(kind, [part])
        new.finish()
        with content.adding(keyring) as add:
            add([(clip, new)])
            in_transaction()
