"""Finds tags between and behind recordings: ID3, APE and Lyrics3; what they say is not read.

Formats: id3.org (1.1, 2.4.0; Lyrics3 1 and 2) and the APEv2 specification of Hydrogenaudio.
"""

import struct

from reviewer.audio.decode.signatures import id3_bytes
from reviewer.audio.decode.source import Source


def after_tags(source: Source, place: int, end: int) -> int:
    """The position behind all tags and zero bytes from here on; behind ``end`` if a tag is cut off."""
    while place < end:
        size = tag_bytes(source, place, end)
        while not size and place < end and source.at(place, 1) == b"\0":
            place += 1
            size = tag_bytes(source, place, end)
        if not size:
            return place
        place += size
    return place


def tag_bytes(source: Source, place: int, end: int) -> int:
    """The length of a tag at a position, or 0."""
    head = source.at(place, 32)
    if head[:3] == b"ID3":
        return id3_bytes(head)
    if head[:4] == b"TAG+":
        return 227
    if head[:3] == b"TAG":
        return min(128, end - place)
    if head[:8] == b"APETAGEX" and len(head) == 32:
        size, flags = struct.unpack("<I4xI", head[12:24])
        return 32 + size if flags & 0x20000000 else 32
    if head[:11] == b"LYRICSBEGIN":
        found = max(source.find(b"LYRICSEND", place), source.find(b"LYRICS200", place))
        return found + 9 - place if found > 0 else 0
    return 0
