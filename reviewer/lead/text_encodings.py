"""Which encoding the bytes of a text file are in, and what to call one that is not taken."""

import codecs
import re

UTF_8 = "utf-8-sig"
_RUN = re.compile(rb"[\x80-\xff]+")
# Bytes that are letters or usual punctuation in Windows-1252: not its signs, nor what it leaves undefined.
_LETTERS_1252 = frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7} | frozenset(
    b"\x80\x85\x8a\x8c\x8e\x91\x92\x93\x94\x96\x97\x9a\x9c\x9e\x9f\xa1\xab\xb0\xb4\xb7\xbb\xbf"
)
_LONGEST_RUN_1252 = 2
# Encodings of several bytes a letter, each with the letters by which its texts are told from another's.
_OTHERS = (
    ("Shift-JIS", "shift_jis", re.compile("[ぁ-ヺ]")),
    ("EUC-JP", "euc_jp", re.compile("[ぁ-ヺ]")),
    ("EUC-KR", "euc_kr", re.compile("[가-힣]")),
    ("GB 18030", "gb18030", re.compile("[一-鿿]")),
    ("Big5", "big5", re.compile("[一-鿿]")),
)


def encoding_of(data: bytes) -> str:
    """UTF-8 or UTF-16: by the byte order mark, or by a zero byte in the first character, which is ASCII.

    Returns: a name for ``bytes.decode``; empty for UTF-32.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data[1:4] == b"\0\0\0" or data[:3] == b"\0\0\0":
        return ""
    if data[1:2] == b"\0" != data[:1]:
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" != data[1:2] else UTF_8


def name_of_other(data: bytes) -> str:
    """What to call the encoding of bytes that are not UTF-8; empty if they are like no text at all.

    A guess that is good enough for a message: single letters beyond ASCII inside a word are Windows-1252,
    kana, Hangul or Han their usual encodings, other long runs some encoding of one byte a letter.
    """
    if encoding_of(data) != UTF_8:
        return "" if encoding_of(data) else "UTF-32"
    runs = _RUN.findall(data)
    if not runs:
        return ""
    if all(len(run) <= _LONGEST_RUN_1252 and _LETTERS_1252.issuperset(run) for run in runs):
        return "Windows-1252"
    for name, codec, letters in _OTHERS:
        try:
            text = b"\n".join(runs).decode(codec)
        except UnicodeDecodeError:
            continue
        beyond_ascii = [char for char in text if char > "\x7f"]
        if beyond_ascii and len(letters.findall(text)) * 2 > len(beyond_ascii):
            return name
    is_letters = all(byte >= 0xA1 for run in runs for byte in run)
    return "an encoding of one byte a letter, such as Windows-1251" if is_letters else ""
