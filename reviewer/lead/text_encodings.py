"""Which encoding the bytes of a text file are in, and what to call one that is not taken."""

import base64
import codecs
import re
import unicodedata
from collections.abc import Sequence

UTF_8 = "utf-8-sig"
_RUN = re.compile(rb"[\x80-\xff]+")
# Bytes that are letters or usual punctuation in Windows-1252: not its signs, nor what it leaves undefined.
_LETTERS_1252 = frozenset(range(0xC0, 0x100)) - {0xD7, 0xF7} | frozenset(
    b"\x80\x85\x8a\x8c\x8e\x91\x92\x93\x94\x96\x97\x9a\x9c\x9e\x9f\xa1\xab\xb0\xb4\xb7\xbb\xbf"
)
_LONGEST_RUN_1252 = 2
_BITS_OF_BASE64 = 6
# A word of Latin letters with others among them, which a text of several bytes a letter hardly has.
_MIXED_RUN = re.compile(rb"[A-Za-z][\x80-\xff]+|[\x80-\xff]+[A-Za-z]")
# Encodings of several bytes a letter, the letters by which their texts are told from another's, and the first
# bytes of their frequent ones: pairs of other encodings' letters are rare ones.
_OTHERS = (
    ("Shift-JIS", "cp932", re.compile("[ぁ-ヺ一-鿿]"), range(0x81, 0x98)),
    ("EUC-JP", "euc_jp", re.compile("[ぁ-ヺ]"), range(0xA4, 0xA6)),
    ("EUC-KR", "euc_kr", re.compile("[가-힣]"), range(0xB0, 0xC9)),
    ("GB 18030", "gb18030", re.compile("[一-鿿]"), range(0xB0, 0xD8)),
    ("Big5", "big5", re.compile("[一-鿿]"), range(0xA4, 0xC7)),
)
_SHARE_OF_FREQUENT = {"EUC-KR": 0.9}  # Hangul is in one part of the set, and Han of the others in all of it
# ESC $ B and the like, ESC ( J (ISO-2022-JP), ESC $ ) C (ISO-2022-KR, ISO-2022-CN).
_ISO_2022 = re.compile(rb"\x1b(?:\$[@AB]|\$\([CD]|\$\)[ACG]|\(J)")
# GB 2312 in 7 bits (RFC 1843), and letters in base64 between + and - (UTF-7, RFC 2152).
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_UTF_7_MARK = re.compile(rb"\+/v[89+/]")
_UTF_7 = re.compile(rb"\+([A-Za-z0-9+/]{3,})(-?)")
_FIRST_HAN = "\u3400"  # English words in base64 are mostly Han and Hangul
# TIS-620: a consonant, with a vowel before, marks above or below it, and a vowel behind; digits and signs.
_THAI = re.compile(
    rb"(?:[\xe0-\xe4]?[\xa1-\xce][\xd1\xd4-\xda\xe7-\xee]{0,3}[\xd0\xd2\xd3\xe5]?\xd0?|[\xcf\xdf\xe6\xef-\xf9])+"
)
_THAI_MARKS, _THAI_FIRST_HALF = re.compile(rb"[\xd1\xd4-\xda\xe7-\xee]"), re.compile(rb"[\xa1-\xbf]")
_FEWEST_THAI_LETTERS, _SHARE_OF_THAI = 10, 0.08
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
# How files begin that are no text at all.
_FILES = (
    (b"PK\x03\x04", "a workbook (xlsx, ods) or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "a workbook of an older Excel (xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"BZh", "compressed (bzip2)"),
    (b"\xfd7zXZ", "compressed (xz)"),
    (b"\x28\xb5\x2f\xfd", "compressed (Zstandard)"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"RIFF", "an audio file"),
    (b"OggS", "an audio file"),
    (b"fLaC", "an audio file"),
    (b"ID3", "an audio file"),
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


def name_of_seven_bits(data: bytes) -> str:
    """What to call an encoding whose bytes are those of ASCII and that has other letters; empty for none."""
    if _ISO_2022.search(data):
        return "ISO-2022"
    if not data.isascii():
        return ""
    if _HZ.search(data):
        return "HZ (GB 2312)"
    runs = _UTF_7.findall(data)
    texts = [_of_base64(run) for run, _ in runs]
    is_utf_7 = all(
        text and (text < _FIRST_HAN or ended) for text, (_, ended) in zip(texts, runs, strict=True)
    )
    blocks = {ord(char) >> 8 for text in texts for char in text}
    # An id in base64 may be such a run as well, but none that a hyphen ends, and not two of one alphabet.
    is_sure = any(ended and text < _FIRST_HAN for text, (_, ended) in zip(texts, runs, strict=True))
    is_sure = is_sure or (len(texts) > 1 and (len(blocks) == 1 or all(ended for _, ended in runs)))
    return "UTF-7" if _UTF_7_MARK.match(data) or (is_utf_7 and is_sure) else ""


def _of_base64(run: bytes) -> str:
    """The letters beyond ASCII that UTF-7 writes as this run; empty if it would not write such a run."""
    units, left = divmod(len(run) * 6, 16)
    decoded = base64.b64decode(run + b"A" * (-len(run) % 4))
    if not units or left >= _BITS_OF_BASE64 or any(decoded[2 * units :]):
        return ""
    text = decoded[: 2 * units].decode("utf-16-be", "replace")
    return text if all(char > "\x7f" and unicodedata.category(char)[0] in "LMP" for char in text) else ""


def name_of_other(data: bytes) -> str:
    """What to call the encoding of bytes that are not UTF-8; empty if they are like no text at all.

    A guess that is good enough for a message: letters beyond ASCII inside a Latin word are Windows-1252 or
    its kin, kana, Hangul or Han their usual encodings, other runs some encoding of one byte a letter.
    """
    if encoding_of(data) != UTF_8:
        return "" if encoding_of(data) else "UTF-32"
    runs = _RUN.findall(data)
    if not runs:
        return ""
    if all(len(run) <= _LONGEST_RUN_1252 and _LETTERS_1252.issuperset(run) for run in runs):
        return "Windows-1252"
    is_letters = all(byte >= 0xA1 for run in runs for byte in run)
    is_latin = len(_MIXED_RUN.findall(data)) * 2 > len(runs)
    if is_letters and is_latin:
        return "an encoding of one byte a letter, such as Windows-1250"
    return _name_beyond_latin(data, runs) or _name_of_one_byte(data, is_letters=is_letters, is_latin=is_latin)


def _name_beyond_latin(data: bytes, runs: Sequence[bytes]) -> str:
    if _is_thai(runs):
        return "Windows-874 (TIS-620)"
    for name, codec, letters, frequent in _OTHERS:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        beyond_ascii = [char for char in text if char > "\x7f"]
        found = [char for char in letters.findall(text) if char.encode(codec)[0] in frequent]
        if len(found) > len(beyond_ascii) * _SHARE_OF_FREQUENT.get(name, 0.5):
            return name
    return ""


def _name_of_one_byte(data: bytes, *, is_letters: bool, is_latin: bool) -> str:
    if is_letters:
        return "an encoding of one byte a letter, such as Windows-1251"
    beyond_ascii = sum(byte >= 0x80 for byte in data)
    is_text = is_latin and beyond_ascii * 2 < len(data) and not _CONTROL.search(data)
    return "an encoding of one byte a letter, such as Mac Roman or code page 850" if is_text else ""


def _is_thai(runs: Sequence[bytes]) -> bool:
    """Whether runs are syllables of Thai, and not letters of two bytes: of these there is no odd number."""
    letters = b"".join(runs)
    least = len(letters) * _SHARE_OF_THAI
    return (
        len(letters) >= _FEWEST_THAI_LETTERS
        and any(len(run) % 2 for run in runs)
        and all(map(_THAI.fullmatch, runs))
        and len(_THAI_MARKS.findall(letters)) > least
        and len(_THAI_FIRST_HALF.findall(letters)) > least
    )


def kind_of_file(data: bytes) -> str:
    """What kind of file this is, by its first bytes, if it is not text; empty if that is not known."""
    return next((kind for magic, kind in _FILES if data.startswith(magic)), "")
