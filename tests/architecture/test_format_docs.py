"""The catalogue of formats, its titles, its messages and its pages in the guide say the same."""

import re

import pytest

from reviewer.errors import Notice
from reviewer.formats.catalogue import FORMATS
from reviewer.formats.tags import FORMAT_TAGS, TextKind
from reviewer.formats.titles import TITLES, USUAL, term_of
from reviewer.messages import command_catalogue, window_catalogue
from reviewer.transcript.conventions import LEAVE_OUT
from tests.conftest import REPOSITORY

_PROBLEM = re.compile(r"^def (?:row_)?problem\(.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_GUIDE = REPOSITORY / "docs" / "guide"


def page(name: str) -> str:
    return " ".join((_GUIDE / "formats" / f"{name}.md").read_text(encoding="utf-8").split())


def test_every_format_has_a_title_and_every_title_is_a_format() -> None:
    assert tuple(TITLES) == tuple(FORMATS)
    assert set(USUAL) <= set(TITLES)


def test_every_format_has_its_page_and_every_page_is_a_format() -> None:
    assert {path.stem for path in (_GUIDE / "formats").iterdir()} == set(FORMATS)


@pytest.mark.parametrize("name", TITLES)
def test_a_page_says_how_to_write_and_load_the_format_and_what_it_leaves_out(name: str) -> None:
    code = f"FORMAT_LEAVES_OUT_{term_of(name).upper()}"
    for catalogue in (command_catalogue(), window_catalogue()):
        assert code in catalogue.codes
    text = page(name)
    assert text.startswith(f"# {TITLES[name]} ")
    assert f"`reviewer export OUT --format {name}`" in text
    assert "## Load it" in text
    assert "## Example" in text


@pytest.mark.parametrize("name", TITLES)
def test_a_page_says_what_becomes_of_tags(name: str) -> None:
    said = page(name).partition("## Tags")[2].partition("## Load it")[0]
    rules = FORMAT_TAGS[name]
    for key, mark in rules.marks.items():
        assert mark in {"", LEAVE_OUT} or f"`{mark}`" in said
        assert mark == "" or f"`{key}`" in said
    assert (rules.text is TextKind.NONE) != (f"`[formats.{name}]`" in said)
    leaves_out = LEAVE_OUT in rules.marks.values() or rules.text is TextKind.NORMALISED
    assert leaves_out == ("| `tag_unmapped` |" in page(name))


@pytest.mark.parametrize("name", TITLES)
def test_a_page_and_the_guide_repeat_what_the_window_says(name: str) -> None:
    left_out = command_catalogue().words(Notice(f"FORMAT_LEAVES_OUT_{term_of(name).upper()}")).sentence
    assert f"**Leaves out:** {left_out}" in page(name)
    guide = (_GUIDE / "labelled-sets.md").read_text(encoding="utf-8")
    assert f"| `{name}` | [{TITLES[name]}](formats/{name}.md) | {left_out} |" in guide


def test_every_reason_says_what_to_do_in_window_command_and_guide() -> None:
    guide = (_GUIDE / "labelled-sets.md").read_text(encoding="utf-8")
    commands, window = command_catalogue(), window_catalogue()
    codes = sorted(code for code in commands.codes if code.startswith("LEFT_OUT_"))
    assert codes == sorted(code for code in window.codes if code.startswith("LEFT_OUT_"))
    assert len(codes) > 40
    for code in codes:
        words = commands.words(Notice(code))
        assert words.hint
        assert window.words(Notice(code)).hint
        reason = code.removeprefix("LEFT_OUT_").lower()
        assert f"| `{reason}` | {words.sentence} | {words.hint} |" in guide


def test_every_reason_of_a_format_has_words_and_stands_in_the_guide() -> None:
    reasons: set[str] = set()
    for path in (REPOSITORY / "reviewer" / "formats").glob("*.py"):
        for function in _PROBLEM.findall(path.read_text(encoding="utf-8")):
            reasons.update(re.findall(r'(?:return|else) "([a-z_]+)"', function))
    assert len(reasons) > 12
    guide = (_GUIDE / "labelled-sets.md").read_text(encoding="utf-8")
    assert [reason for reason in sorted(reasons) if f"| `{reason}` |" not in guide] == []
    assert [r for r in sorted(reasons) if f"LEFT_OUT_{r.upper()}" not in window_catalogue().codes] == []
