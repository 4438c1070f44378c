"""Ogg pages with a serial number of our own: libogg's is random, and equal sets have equal bytes."""

_SERIAL_AT, _CHECKSUM_AT, _SEGMENTS_AT = 14, 22, 27  # RFC 3533, section 6
_POLYNOMIAL = 0x04C11DB7


def with_serial(ogg: bytes, serial: int) -> bytes:
    """The same stream with another serial number, each page's checksum made anew.

    Raises ValueError for anything but a sequence of whole Ogg pages.
    """
    out, at = bytearray(ogg), 0
    while at < len(out):
        if out[at : at + 4] != b"OggS" or len(out) < at + _SEGMENTS_AT:
            raise ValueError("not an Ogg page")
        segments = out[at + _SEGMENTS_AT - 1]
        body = at + _SEGMENTS_AT + segments
        end = body + sum(out[at + _SEGMENTS_AT : body])
        out[at + _SERIAL_AT : at + _SERIAL_AT + 4] = serial.to_bytes(4, "little")
        out[at + _CHECKSUM_AT : at + _CHECKSUM_AT + 4] = bytes(4)
        out[at + _CHECKSUM_AT : at + _CHECKSUM_AT + 4] = _checksum(out[at:end]).to_bytes(4, "little")
        at = end
    return bytes(out)


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (_POLYNOMIAL if value & 0x80000000 else 0)
        found.append(value & 0xFFFFFFFF)
    return tuple(found)


_TABLE = _table()


def _checksum(page: bytes | bytearray) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value
