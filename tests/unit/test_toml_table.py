from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.model.toml_table import TomlTable


def table(tmp_path: Path, text: str) -> TomlTable:
    path = tmp_path / "form.toml"
    path.write_text(text, encoding="utf-8")
    return TomlTable.read(path)


def test_values_are_handed_out_by_kind(tmp_path: Path) -> None:
    read = table(tmp_path, 'a = "x"\nb = 3\nc = true\nd = ["x", "y"]\n')
    assert (read.text("a"), read.whole("b"), read.flag("c"), read.texts("d")) == ("x", 3, True, ("x", "y"))
    assert read.keys == ("a", "b", "c", "d")
    assert read.has("a")
    assert not read.has("e")


def test_default_stands_in_for_a_missing_key(tmp_path: Path) -> None:
    read = table(tmp_path, "")
    assert (read.text("a", "z"), read.whole("b", 7), read.flag("c", default=True), read.texts("d", ())) == (
        "z",
        7,
        True,
        (),
    )
    assert read.table("e").keys == ()
    assert read.tables("f") == ()


@pytest.mark.parametrize(
    ("text", "ask", "words"),
    [
        ("", lambda t: t.text("a"), "the key a is missing"),
        ("a = 1", lambda t: t.text("a"), "a must be text in quotes"),
        ('a = "1"', lambda t: t.whole("a"), "a must be a whole number"),
        ("a = 1.5", lambda t: t.whole("a"), "a must be a whole number"),
        ("a = true", lambda t: t.whole("a"), "a must be a whole number"),
        ("a = 1", lambda t: t.flag("a"), "a must be true or false"),
        ('a = "x"', lambda t: t.texts("a"), "a must be a list of texts"),
        ('a = ["x", 1]', lambda t: t.texts("a"), "a must be a list of texts"),
        ("a = 1", lambda t: t.table("a"), "a must be a table"),
        ("a = [1]", lambda t: t.tables("a"), "a must be a list of tables"),
        ('a = "x"', lambda t: t.one_of("a", ("y", "z")), "one of y, z"),
        ("a = 1", lambda t: t.closed(("b",)), "the key a is not known here; known are b"),
    ],
)
def test_wrong_value_is_refused_with_file_and_key(tmp_path: Path, text: str, ask: object, words: str) -> None:
    with pytest.raises(Refused) as caught:
        ask(table(tmp_path, text))  # type: ignore[operator]
    assert caught.value.sentence.startswith("form.toml: ")
    assert words in caught.value.sentence


def test_tables_know_their_line(tmp_path: Path) -> None:
    first, second = table(tmp_path, "x = 1\n[[row]]\na = 1\n\n[[row]]\nb = 2\n").tables("row")
    assert (first.place, second.place) == ("form.toml, line 2, row 1", "form.toml, line 5, row 2")


def test_tables_written_in_one_line_are_numbered(tmp_path: Path) -> None:
    first, second = table(tmp_path, "row = [{a = 1}, {a = 2}]\n").tables("row")
    assert (first.place, second.place) == ("form.toml, row 1", "form.toml, row 2")


def test_table_inside_says_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"form\.toml, rules: a must be true or false"):
        table(tmp_path, "[rules]\na = 1\n").table("rules").flag("a")
