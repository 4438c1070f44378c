"""Tables that people hand over: whatever their form, read exactly or refused as a whole."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.lead.table_files import TableRow, is_spreadsheet_value, read_table

KEY = "source_id"
HEADINGS = ["source_id", "Source_ID", "SOURCE ID", "source-id", " Source Id "]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
BOMS = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}


def is_id(text: str) -> bool:
    return any(map(str.isalnum, text)) and not is_spreadsheet_value(text)


bare_ids = st.text("abcXYZ019._:/@+=-éżß漢я", min_size=1, max_size=20).filter(
    lambda text: is_id(text) and text.strip().casefold().replace("-", "").replace("_", "") != "sourceid"
)
any_ids = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" ,;\t|\"'{}[]#".replace("\t", "")),
    min_size=1,
    max_size=20,
).filter(lambda text: is_id(text) and text == text.strip())


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "list"
    file.write_bytes((BOMS.get(encoding, "") + text).encode(encoding))
    return file


def ids(file: Path) -> list[str]:
    return [row.values[KEY] for row in read_table(file, KEY)]


def as_csv(rows: list[list[str]], delimiter: str, *, quoted: bool) -> list[str]:
    """The lines of a CSV file, as a spreadsheet writes them."""
    out = io.StringIO()
    how = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=how, lineterminator="\n").writerows(rows)
    return out.getvalue().splitlines()


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Ids, and the lines in which somebody sends them."""
    form = draw(
        st.sampled_from(["plain", "quoted", "csv", "one column", "json lines", "json array", "objects"])
    )
    found = draw(st.lists(bare_ids if form == "plain" else any_ids, min_size=1, max_size=6))
    heading, quoted = draw(st.sampled_from(HEADINGS)), draw(st.booleans())
    if form == "plain":
        return found, found
    if form == "quoted":
        assume(all("\\" not in each and each.casefold() != KEY for each in found))
        return found, ['"' + each.replace('"', '""') + '"' for each in found]
    if form == "csv":
        delimiter, note = draw(st.sampled_from(",;\t|^~")), draw(any_ids)
        before = draw(st.booleans())
        rows = [["note", heading], *([note, each] for each in found)]
        lines = as_csv(rows if before else [row[::-1] for row in rows], delimiter, quoted=quoted)
        return found, [f"sep={delimiter}", *lines] if draw(st.booleans()) else lines
    if form == "one column":
        return found, as_csv([[heading], *([each] for each in found)], ",", quoted=True)
    if form == "json lines":
        return found, [json.dumps({"when": 1, heading: each}, ensure_ascii=quoted) for each in found]
    values = found if form == "json array" else [{heading: each, "n": None} for each in found]
    return found, json.dumps(values, indent=draw(st.sampled_from([None, 1])), ensure_ascii=quoted).split("\n")


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=lists(),
    encoding=st.sampled_from(ENCODINGS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    is_ended=st.booleans(),
)
def test_ids_in_any_form_come_back_exactly(
    tmp_path: Path, sent: tuple[list[str], list[str]], encoding: str, end: str, is_ended: bool
) -> None:
    found, lines = sent
    if encoding in BOMS and ord(lines[0][0]) > 0xFF:
        encoding = "utf-16"
    assert ids(written(tmp_path, end.join(lines) + end * is_ended, encoding)) == found


@pytest.mark.parametrize(
    "sent", ["> one\n>> two\n", "- one\n• two\n", " * one\n\n  10) two\n", '1. "one"\n2. two\n']
)
def test_ids_of_a_mail_may_have_bullets_before_them(tmp_path: Path, sent: str) -> None:
    assert ids(written(tmp_path, sent)) == ["one", "two"]


@settings(max_examples=180, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=lists(), data=st.data(), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_one_quote_more_or_less_never_loses_an_id_in_silence(
    tmp_path: Path, sent: tuple[list[str], list[str]], data: st.DataObject, encoding: str
) -> None:
    found, lines = sent
    text = "\n".join(lines) + "\n"
    quotes = [index for index, char in enumerate(text) if char == '"']
    if quotes and data.draw(st.booleans()):
        at = data.draw(st.sampled_from(quotes))
        text = text[:at] + text[at + 1 :]
    else:
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + '"' + text[at:]
    assert_no_silent_subset(written(tmp_path, text, encoding), found)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=lists(), data=st.data())
def test_one_cell_more_or_less_never_loses_an_id_in_silence(
    tmp_path: Path, sent: tuple[list[str], list[str]], data: st.DataObject
) -> None:
    found, lines = sent
    row = data.draw(st.integers(0, len(lines) - 1))
    delimiter = data.draw(st.sampled_from(",;\t|"))
    where = [index for index, char in enumerate(lines[row]) if char == delimiter]
    if where and data.draw(st.booleans()):
        at = data.draw(st.sampled_from(where))
        lines[row] = lines[row][:at] + lines[row][at + 1 :]
    else:
        lines[row] = data.draw(st.sampled_from([f"x{delimiter}{lines[row]}", f"{lines[row]}{delimiter}x"]))
    assert_no_silent_subset(written(tmp_path, "\n".join(lines)), found)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=lists(), data=st.data(), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_file_cut_inside_a_character_is_refused(
    tmp_path: Path, sent: tuple[list[str], list[str]], data: st.DataObject, encoding: str
) -> None:
    _, lines = sent
    text = "\n".join(lines)
    wide = [index for index, char in enumerate(text) if encoding == "utf-16" or not char.isascii()]
    assume(wide)
    at = data.draw(st.sampled_from(wide))
    bytes_of = text[: at + 1].encode(encoding)
    (tmp_path / "list").write_bytes(bytes_of[:-1])
    with pytest.raises(Refused):
        read_table(tmp_path / "list", KEY)


def assert_no_silent_subset(file: Path, found: list[str]) -> None:
    """Refused, or as many ids as were sent, of which at most one is not what it was."""
    try:
        got = ids(file)
    except Refused:
        return
    assert len(got) >= len(found)
    assert len(set(found) - set(got)) <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\n\n two \n", [(1, "one"), (3, "two")]),
        ("when,source_id\r\n2026,one\r\n2026,two\r\n", [(2, "one"), (3, "two")]),
        ("source_id , when\none,x\n,\ntwo,y\n", [(2, "one"), (4, "two")]),
        ("source_id,\none,\n", [(2, "one")]),
        ("source_id||when\none||x\n", [(2, "one")]),
        ("sep=;\nsource_id;when\none;x\n", [(3, "one")]),
        ('source_id\n"one, and more"\n', [(2, "one, and more")]),
        ('[\n {"source_id": "one"},\n\n {"source_id": "two"}]', [(2, "one"), (4, "two")]),
        ('["one", "two"]', [(1, "one"), (1, "two")]),
        ('  {"source_id": " one "}\n', [(1, "one")]),
    ],
)
def test_rows_have_the_numbers_of_their_lines(
    tmp_path: Path, text: str, expected: list[tuple[int, str]]
) -> None:
    rows = read_table(written(tmp_path, text), KEY)
    assert [(row.line, row.values[KEY]) for row in rows] == expected


def test_known_fields_have_the_callers_spelling_and_others_that_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "Withdrawn At;Source ID;My Note\n2026-11-30;one;hello\n")
    (row,) = read_table(file, KEY, ["withdrawn_at"])
    assert row == TableRow(2, {"withdrawn_at": "2026-11-30", KEY: "one", "My Note": "hello"})


@pytest.mark.parametrize(
    ("text", "lines", "problem"),
    [
        ('source_id,when\n"one,x\ntwo,y\n', "2", "TABLE_QUOTE_OPEN"),
        ('source_id,note\none,said "no\ntwo,"asked\nthree,ok\n', "2, 3", "TABLE_QUOTE_MISPLACED"),
        ('source_id,note\n"one"x,y\n', "2", "TABLE_QUOTE_MISPLACED"),
        ("source_id,note\none\ntwo,x,y\nthree,z\n", "2, 3", "TABLE_CELL_COUNT"),
        ("source_id,\none,x\n", "2", "TABLE_CELL_COUNT"),
        ("source_id\none,two\n", "2", "TABLE_CELL_COUNT"),
        ("source_id,when\n,2026\n", "2", "TABLE_NO_KEY"),
        ("source_id,Source-ID\none,two\n", "1", "TABLE_FIELD_TWICE"),
        ("Withdrawals of October\nsource_id,when\none,x\n", "1, 2, 3", "TABLE_NOT_A_VALUE"),
        ("Withdrawals\nsource_id\none\n", "2", "TABLE_HEADING_LATE"),
        ("source_id: one\nsource_id: two\n", "2", "TABLE_HEADING_LATE"),
        ("source_id=one\nsource_id=two\n", "2", "TABLE_HEADING_LATE"),
        ("source_id;when\none;x\nwhen;source_id\ny;two\n", "3", "TABLE_HEADING_LATE"),
        ("# withdrawn\none\n", "1", "TABLE_NOT_A_VALUE"),
        ("one,\ntwo,\n", "1, 2", "TABLE_NOT_A_VALUE"),
        ("one\u200b\ntwo\n", "1", "TABLE_BAD_KEY"),
        ("one\ufeff\ntwo\n", "1", "TABLE_BAD_KEY"),
        ("one\x00\ntwo\n", "1", "TABLE_CONTROL_CHARACTER"),
        ("source_id,note\none,a\u2028two,b\n", "2", "TABLE_CONTROL_CHARACTER"),
        ("one\x0btwo\n", "1", "TABLE_CONTROL_CHARACTER"),
        ("x" * 257, "1", "TABLE_BAD_KEY"),
        ("source_id\n1.23E+15\none\n9,9e+12\n", "2, 4", "TABLE_SPREADSHEET_VALUE"),
        ("source_id;note\none;a\n#N/A;b\n", "3", "TABLE_SPREADSHEET_VALUE"),
        ("| source_id | when |\n|---|---|\n| one | today |\n", "2", "TABLE_BAD_KEY"),
        ("- source_id: one\n- source_id: two\n", "1, 2", "TABLE_NOT_A_VALUE"),
        ("\u201cone\u201d\n\u00abtwo\u00bb\n", "1, 2", "TABLE_NOT_A_VALUE"),
        ('"one\\u0041"\n', "1", "TABLE_NOT_A_VALUE"),
        ("{ABC-1}\n", "1", "TABLE_NOT_JSON"),
        ('{"source_id": "one"}\n{"source": "two"}\n', "2", "TABLE_NO_KEY"),
        ('{"source_id": "one"}\nnot json\n', "2", "TABLE_NOT_JSON"),
        ('{"source_id": 7.0}\n', "1", "TABLE_NO_KEY"),
        ('{"source_id": "one", "source_id": "two"}\n', "1", "TABLE_NOT_JSON"),
        ('{"source_id": "one", "Source ID": "two"}\n', "1", "TABLE_FIELD_TWICE"),
        ('{"source_id": "one"} {"source_id": "two"}\n', "1", "TABLE_NOT_JSON"),
        ('["one",\n"two"', "2", "TABLE_NOT_JSON"),
        ('["one",\n"two",]', "2", "TABLE_NOT_JSON"),
        ('["one"]\n["two"]', "2", "TABLE_NOT_JSON"),
        ('["one",\ntrue]', "2", "TABLE_NOT_AN_OBJECT"),
        ("sep=x\nsource_id\none\n", "1", "TABLE_BAD_DELIMITER"),
        ("sep=;\nid;when\none;x\n", "2", "TABLE_HEADING_WITHOUT_KEY"),
    ],
)
def test_file_with_a_line_that_cannot_be_read_is_refused_by_the_numbers_of_such_lines(
    tmp_path: Path, text: str, lines: str, problem: str
) -> None:
    with pytest.raises(Refused) as refused:
        read_table(written(tmp_path, text), KEY)
    named = refused.value.parameters["lines"], refused.value.parameters["problem"].code
    assert (refused.value.code, *named) == ("TABLE_LINES_REFUSED", lines, problem)
    assert str(refused.value.parameters["line"]) == lines.partition(",")[0]


def test_many_lines_that_cannot_be_read_are_named_in_part(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_table(written(tmp_path, "a b\n" * 30), KEY)
    assert refused.value.parameters["lines"] == ", ".join(str(n) for n in range(1, 21)) + ", …"


@pytest.mark.parametrize(
    "text", ["", "\n \n", "source_id\n", "source_id,when\n,\n", "[]", "sep=;\nsource_id;x\n"]
)
def test_table_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused, match="TABLE_EMPTY"):
        read_table(written(tmp_path, text), KEY)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\xff", "żółć".encode("cp1250"), b"\xff\xfe\x00\x00a\x00\x00\x00", b"\x00a\x00"]
)
def test_other_encodings_and_cut_ones_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(Refused):
        read_table(tmp_path / "list", KEY)


def test_deep_json_is_refused(tmp_path: Path) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, '{"source_id": "x", "n": ' + "9" * 10_000 + "}"):
        with pytest.raises(Refused):
            read_table(written(tmp_path, text), KEY)


def test_what_is_no_file_is_refused_without_waiting_for_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(Refused, match="FILE_MISSING"):
        read_table(tmp_path / "list", KEY)
    with pytest.raises(Refused, match="FILE_NOT_REGULAR"):
        read_table(tmp_path, KEY)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(Refused, match="FILE_NOT_REGULAR"):
            read_table(tmp_path / "pipe", KEY)


def test_lists_from_the_field_are_read(speech_folder: Path) -> None:
    folder = speech_folder.parent / "field" / "withdrawals"
    if not folder.is_dir():
        pytest.skip("the lists from the field are not here")
    first, second = "b5e1d3cb0f52b0f1", "747643b15c41a445"
    assert {file.name: ids(file) for file in folder.iterdir()} == {
        "good.txt": [first],
        "sep.csv": [first],
        "capital.csv": [first],
        "semicolon.csv": [first, second],
        "quoted.txt": [first, second],
        "array.json": [first, second],
    }


def test_a_list_may_have_the_numbers_of_its_rows(tmp_path: Path) -> None:
    assert ids(written(tmp_path, '"","source_id"\n"1","a1"\n"2","a2"\n')) == ["a1", "a2"]
    with pytest.raises(Refused, match="TABLE_LINES_REFUSED"):
        ids(written(tmp_path, ",source_id\na1,a2\n"))


@pytest.mark.parametrize("text", ["Err:508", "Fehler:508", "Erreur :508", "エラー:508", "1.2E15", "1,23E+15"])
def test_what_a_spreadsheet_makes_of_a_value_is_known_in_any_language(text: str) -> None:
    assert is_spreadsheet_value(text)


@pytest.mark.parametrize("text", ["1e5", "room: 512", "a:508", "gate:599", "2E", "x1.2e15"])
def test_other_values_are_no_spreadsheets(text: str) -> None:
    assert not is_spreadsheet_value(text)
