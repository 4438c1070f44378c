"""A locale's transcription conventions: tags, word lists, rules, and text normalisation profiles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from reviewer.model.toml_table import TomlTable
from reviewer.places import resource
from reviewer.transcript.words import is_script

TAG_NAME = re.compile(r"[a-z]+")
_MARK = re.compile(r"\S+(?: \S+)*")
TAG_DETAIL = re.compile(r"[a-z]+(?:-[a-z]+)*")
HESITATION = "hesitation"
"""Beside the classes of tags, what a format may write another way: the words of ``words.hesitations``."""
KEEP, LEAVE_OUT = "keep", "leave_out"
"""In place of a text for a format: as it was typed; not at all, and the row is left out of the format."""


class TagClass(StrEnum):
    """The class of a tag; profiles and exports decide by class, never by name."""

    SPEAKER_NOISE = "speaker_noise"
    NOISE = "noise"
    UNCLEAR = "unclear"
    CUT = "cut"
    OVERLAP = "overlap"
    FOREIGN = "foreign"
    PII = "pii"


class Case(StrEnum):
    """What a profile does with letter case."""

    KEEP = "keep"
    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of the closed list. ``key`` is its shortcut, written as a Qt key sequence.

    ``takes_detail``: it is written ``[name:detail]``; ``details`` closes the list of details when not empty.
    """

    name: str
    key: str
    meaning: str
    tag_class: TagClass
    takes_detail: bool = False
    details: tuple[str, ...] = ()

    @property
    def example(self) -> str:
        """The tag as it is typed, with its first detail (``xx`` where any will do)."""
        if not self.takes_detail:
            return f"[{self.name}]"
        return f"[{self.name}:{self.details[0] if self.details else 'xx'}]"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that the live checks apply. ``punctuation`` lists the allowed marks; empty allows any.

    ``scripts`` lists the allowed scripts by their Unicode names (``Latin``, ``Cyrillic``); empty allows any.
    """

    numbers_in_words: bool = False
    symbols_in_words: bool = False
    punctuation: str = ""
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A named and versioned way of normalising the verbatim text.

    ``punctuation`` lists the marks that are kept; ``tags`` maps a tag class to the word that replaces it
    (other classes are removed); clips with a tag of a class in ``leave_out`` are left out of an export,
    because words were spoken that the text does not have.
    """

    name: str
    version: int
    case: Case = Case.KEEP
    punctuation: str = ""
    keep_fragments: bool = False
    keep_hesitations: bool = True
    tags: Mapping[TagClass, str] = field(default_factory=lambda: MappingProxyType({}))
    leave_out: frozenset[TagClass] = frozenset()

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    def facts(self) -> dict[str, object]:
        """Everything that affects the result, as plain values, for a passport or beside a figure."""
        return {
            "id": self.id,
            "case": str(self.case),
            "punctuation": self.punctuation,
            "keep_fragments": self.keep_fragments,
            "keep_hesitations": self.keep_hesitations,
            "tags": {str(tag_class): word for tag_class, word in self.tags.items()},
            "leave_out": sorted(str(tag_class) for tag_class in self.leave_out),
        }


@dataclass(frozen=True, slots=True)
class Conventions:
    """A convention file; its ``id`` (locale and version) is stored with each annotation made under it.

    ``elisions`` are words spelled with an apostrophe at an end, ``'n'``; ``variants`` maps a spelling to the
    one that is used; ``signs`` maps a sign that is read aloud to its usual word. ``format_tags`` has, for a
    format by name, what becomes of a class of tags or of ``HESITATION``: a text, ``""``, ``KEEP`` or
    ``LEAVE_OUT``.
    """

    locale: str
    version: str
    title: str
    tags: tuple[Tag, ...]
    hesitations: frozenset[str]
    elisions: frozenset[str]
    variants: Mapping[str, str]
    signs: Mapping[str, str]
    rules: Rules
    profiles: Mapping[str, Profile]
    spoken_locale: str = ""
    format_tags: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def clip_locale(self) -> str:
        """The clip's locale, by whose rules letters change case; the file's own unless it is a fallback."""
        return self.spoken_locale or self.locale

    @property
    def id(self) -> str:
        return f"{self.locale}@{self.version}"

    def tag(self, name: str) -> Tag | None:
        """The tag of this name, or None if the closed list has no such tag."""
        return next((tag for tag in self.tags if tag.name == name), None)

    def profile(self, name: str) -> Profile:
        """The profile of this name; every convention file has ``training``. Raises KeyError otherwise."""
        return self.profiles[name]


def load_conventions(path: Path) -> Conventions:
    """Reads a convention file; raises Refused, naming file, line and key, if it is not valid.

    A file with ``base = "und"`` takes the tags and profiles that it does not have itself from that file,
    which lies beside it or among the program's own.
    """
    return _shipped(path) if path.parent == resource("conventions") else _conventions(_table(path), path)


@cache
def _shipped(path: Path) -> Conventions:
    """One of the program's own files, which are the base of most others: read once."""
    return _conventions(_table(path), path)


def _table(path: Path) -> TomlTable:
    return _shipped_table(path) if path.parent == resource("conventions") else TomlTable.read(path)


@cache
def _shipped_table(path: Path) -> TomlTable:
    return TomlTable.read(path)


def parse_conventions(text: str, path: Path) -> Conventions:
    """Reads the text of a convention file as if it were in the file ``path``; as ``load_conventions``."""
    return _conventions(TomlTable.parse(text, path.name), path)


def _conventions(file: TomlTable, path: Path) -> Conventions:
    file.closed(("base", "locale", "version", "title", "rules", "tag", "words", "profile", "formats"))
    base = _base(file, path)
    words = file.table("words")
    words.closed(("hesitations", "elisions", "variants", "signs"))
    variants, signs = words.table("variants"), words.table("signs")
    profiles = dict(base.profiles) if base else {}
    profiles |= {
        name: _profile(file.table("profile").table(name), name) for name in file.table("profile").keys
    }
    if "training" not in profiles:
        raise file.refuse("TRAINING_PROFILE_MISSING")
    return Conventions(
        locale=file.text("locale"),
        version=file.text("version"),
        title=file.text("title"),
        tags=_tags(file) or (base.tags if base else ()),
        hesitations=frozenset(words.texts("hesitations", ())),
        elisions=frozenset(words.texts("elisions", ())),
        variants=MappingProxyType({key: variants.text(key) for key in variants.keys}),
        signs=MappingProxyType({key: signs.text(key) for key in signs.keys}),
        rules=_rules(file.table("rules")),
        profiles=MappingProxyType(profiles),
        format_tags=_format_tags(file.table("formats"), base),
    )


def _base(file: TomlTable, path: Path) -> Conventions | None:
    name = file.text("base", "")
    if not name:
        return None
    if not TAG_DETAIL.fullmatch(name.lower()) or name == path.stem:
        raise file.refuse("BASE_UNKNOWN", base=name)
    beside = path.with_name(f"{name}.toml")
    found = beside if beside.is_file() else resource("conventions", f"{name}.toml")
    if not found.is_file():
        raise file.refuse("BASE_UNKNOWN", base=name)
    if _table(found).has("base"):
        raise file.refuse("BASE_OF_BASE", base=name)
    return load_conventions(found)


def _format_tags(table: TomlTable, base: Conventions | None) -> Mapping[str, Mapping[str, str]]:
    """What the file says of each format, over what its base says of it."""
    found = dict(base.format_tags) if base else {}
    for name in table.keys:
        own = table.table(name)
        own.closed((*TagClass, HESITATION))
        marks = {key: own.text(key) for key in own.keys}
        for key, mark in marks.items():
            is_word = bool(_MARK.fullmatch(mark)) and mark.isprintable()
            if not is_word and (mark or key == HESITATION):
                raise own.refuse("FORMAT_TAG_MALFORMED", key=key)
        if marks.get(HESITATION) == LEAVE_OUT:
            raise own.refuse("FORMAT_TAG_MALFORMED", key=HESITATION)
        found[name] = MappingProxyType({**found.get(name, {}), **marks})
    return MappingProxyType(found)


def _tags(file: TomlTable) -> tuple[Tag, ...]:
    tags: list[Tag] = []
    for table in file.tables("tag"):
        tag = _tag(table)
        if any(tag.name == other.name for other in tags):
            raise table.refuse("TAG_TWICE", tag=tag.name)
        if tag.key and any(tag.key == other.key for other in tags):
            raise table.refuse("TAG_KEY_TWICE", key=tag.key)
        tags.append(tag)
    return tuple(tags)


def _tag(table: TomlTable) -> Tag:
    table.closed(("name", "key", "meaning", "class", "takes_detail", "details"))
    name, details = table.text("name"), table.texts("details", ())
    if not TAG_NAME.fullmatch(name):
        raise table.refuse("TAG_NAME_MALFORMED", name=repr(name))
    for detail in details:
        if not TAG_DETAIL.fullmatch(detail):
            raise table.refuse("DETAIL_MALFORMED", detail=repr(detail))
    return Tag(
        name=name,
        key=table.text("key", ""),
        meaning=table.text("meaning"),
        tag_class=TagClass(table.one_of("class", tuple(TagClass))),
        takes_detail=table.flag("takes_detail", default=bool(details)),
        details=details,
    )


def _rules(table: TomlTable) -> Rules:
    table.closed(("numbers_in_words", "symbols_in_words", "punctuation", "scripts"))
    scripts = table.texts("scripts", ())
    for script in scripts:
        if not is_script(script):
            raise table.refuse("SCRIPT_UNKNOWN", script=script)
    return Rules(
        numbers_in_words=table.flag("numbers_in_words", default=False),
        symbols_in_words=table.flag("symbols_in_words", default=False),
        punctuation=table.text("punctuation", ""),
        scripts=scripts,
    )


def _profile(table: TomlTable, name: str) -> Profile:
    table.closed(
        ("version", "case", "punctuation", "keep_fragments", "keep_hesitations", "tags", "leave_out")
    )
    tags = table.table("tags")
    tags.closed(tuple(TagClass))
    for key in tags.keys:
        if tags.text(key) and not tags.text(key).isalpha():
            raise tags.refuse("TAG_WORD_MALFORMED", key=key)
    leave_out = table.texts("leave_out", ())
    for tag_class in leave_out:
        if tag_class not in tuple(TagClass):
            raise table.refuse("TAG_CLASS_UNKNOWN", name=tag_class, known=", ".join(TagClass))
    return Profile(
        name=name,
        version=table.whole("version"),
        case=Case(table.one_of("case", tuple(Case), "keep")),
        punctuation=table.text("punctuation", ""),
        keep_fragments=table.flag("keep_fragments", default=False),
        keep_hesitations=table.flag("keep_hesitations", default=True),
        tags=MappingProxyType({TagClass(key): tags.text(key) for key in tags.keys if tags.text(key)}),
        leave_out=frozenset(TagClass(tag_class) for tag_class in leave_out),
    )
