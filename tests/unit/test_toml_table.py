from pathlib import Path

import pytest

from reviewer.errors import Refused
from reviewer.model.toml_table import TomlTable


def table(tmp_path: Path, text: str) -> TomlTable:
    path = tmp_path / "form.toml"
    path.write_text(text, encoding="utf-8")
    return TomlTable.read(path)


def test_values_are_read_by_type(tmp_path: Path) -> None:
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
    ("text", "ask", "code"),
    [
        ("", lambda t: t.text("a"), "KEY_MISSING"),
        ("a = 1", lambda t: t.text("a"), "VALUE_NOT_TEXT"),
        ('a = "1"', lambda t: t.whole("a"), "VALUE_NOT_WHOLE"),
        ("a = 1.5", lambda t: t.whole("a"), "VALUE_NOT_WHOLE"),
        ("a = true", lambda t: t.whole("a"), "VALUE_NOT_WHOLE"),
        ("a = 1", lambda t: t.flag("a"), "VALUE_NOT_TRUE_OR_FALSE"),
        ('a = "x"', lambda t: t.texts("a"), "VALUE_NOT_TEXTS"),
        ('a = ["x", 1]', lambda t: t.texts("a"), "VALUE_NOT_TEXTS"),
        ("a = 1", lambda t: t.table("a"), "VALUE_NOT_A_TABLE"),
        ("a = [1]", lambda t: t.tables("a"), "VALUE_NOT_TABLES"),
        ('a = "x"', lambda t: t.one_of("a", ("y", "z")), "VALUE_NOT_LISTED"),
        ("a = 1", lambda t: t.closed(("b",)), "KEY_UNKNOWN"),
    ],
)
def test_wrong_value_is_refused_with_file_and_key(tmp_path: Path, text: str, ask: object, code: str) -> None:
    with pytest.raises(Refused) as caught:
        ask(table(tmp_path, text))  # type: ignore[operator]
    assert caught.value.code == code
    assert (caught.value.parameters["place"], caught.value.parameters["key"]) == ("form.toml", "a")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("x = 1\n[[row]]\na = 1\n\n[[row]]\nb = 2\n", ["line 2, row 1", "line 5, row 2"]),
        ("row = [{a = 1}, {a = 2}]\n", ["row 1", "row 2"]),
    ],
)
def test_tables_know_their_number_and_their_line(tmp_path: Path, text: str, places: list[str]) -> None:
    rows = table(tmp_path, text).tables("row")
    assert [row.place for row in rows] == [f"form.toml, {place}" for place in places]


def test_error_in_a_nested_table_names_the_table(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        table(tmp_path, "[rules]\na = 1\n").table("rules").flag("a")
    assert caught.value.code == "VALUE_NOT_TRUE_OR_FALSE"
    assert caught.value.parameters == {"place": "form.toml, rules", "key": "a"}
