"""Manifest files as they come: encodings, line ends, broken lines, two formats."""

import csv
import gc
import gzip
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.errors import Refused
from reviewer.lead.manifest import ManifestLine
from reviewer.lead.record_files import Record
from reviewer.lead.sealed_spool import Spooled
from reviewer.lead.source_readers import file_records
from reviewer.lead.sources import read_source
from reviewer.privacy.manifest_row import Decision, ManifestRow, RefusalCode
from tests.unit.test_manifest_fields import GOOD


def line(number: int, **changes: Any) -> dict[str, Any]:
    return GOOD | {"audio": f"{number}.wav", "source_id": f"source-{number}"} | changes


def read(folder: Path, content: bytes | str, name: str = "m.jsonl") -> Sequence[ManifestLine]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_source(path).lines


def codes(lines: Sequence[ManifestLine]) -> list[str]:
    return [each.read.code or "" if isinstance(each.read, Decision) else "row" for each in lines]


def as_csv(rows: list[dict[str, Any]], names: list[str] | None = None) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


BROKEN = {
    "not json": b'{"audio": ',
    "a list": b"[1, 2]",
    "a number": b"7",
    "latin-1": '{"audio": "é"}'.encode("latin-1"),
    "a field twice": b'{"audio": "a", "audio": "b"}',
    "NaN": b'{"audio": NaN}',
    "deep": b"[" * 100_000,
    "too long": b'{"audio": "' + b"x" * (5 << 20) + b'"}',
    "a huge number": b'{"audio": ' + b"9" * 5_000 + b"}",
    "nul bytes": b"\0\0\0",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_told_and_never_stops_the_rest(tmp_path: Path, broken: bytes) -> None:
    good = [json.dumps(line(number)).encode() for number in (1, 2)]
    lines = read(tmp_path, b"\n".join([good[0], broken, good[1], b""]))
    assert codes(lines) == ["row", RefusalCode.BAD_VALUE, "row"]
    assert [each.number for each in lines] == [1, 2, 3]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("is_csv", [False, True])
def test_marks_and_line_ends_make_no_difference(
    tmp_path: Path, mark: bytes, end: bytes, is_csv: bool
) -> None:
    rows = [line(1), line(2)]
    text = as_csv(rows) if is_csv else "".join(json.dumps(row) + "\n" for row in rows)
    lines = read(tmp_path, mark + text.encode().replace(b"\n", end))
    assert codes(lines) == ["row", "row"]


def test_blank_lines_are_left_out_but_counted(tmp_path: Path) -> None:
    text = f"\n{json.dumps(line(1))}\n\n   \n{json.dumps(line(2))}"
    assert [each.number for each in read(tmp_path, text)] == [2, 5]


def test_a_table_gives_the_same_rows_as_its_twin(tmp_path: Path) -> None:
    rows = [
        line(1, draft='he said "one, two"\n\nand left'),
        line(2, draft="", consent_withdrawn_at="2030-01-01T00:00:00Z"),
        line(3, recorded_at="yesterday"),
        line(4, locale=""),
        line(5, audio="../a.wav"),
    ]
    names = [*GOOD, "consent_withdrawn_at", "draft"]
    from_json = read(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    from_csv = read(tmp_path, as_csv(rows, names), "m.csv")
    assert [(each.audio, each.read) for each in from_csv] == [(each.audio, each.read) for each in from_json]


@pytest.mark.parametrize("name", ["m.jsonl", "m.csv", "m.txt", "m"])
def test_the_content_decides_the_format(tmp_path: Path, name: str) -> None:
    assert codes(read(tmp_path, json.dumps(line(1)), name)) == ["row"]
    assert codes(read(tmp_path, as_csv([line(1)]), name)) == ["row"]


def test_a_quote_that_never_closes_spoils_its_own_line_only(tmp_path: Path) -> None:
    rows = as_csv([line(n, draft=f"draft {n}") for n in range(1, 80)]).splitlines()
    rows[3] = rows[3].replace("draft 3", '"draft 3')
    lines = read(tmp_path, "\n".join(rows), "m.csv")
    assert codes(lines).count("row") == 78
    assert codes(lines)[2] == RefusalCode.BAD_VALUE


def test_a_quote_that_closes_in_another_row_swallows_no_row(tmp_path: Path) -> None:
    rows = as_csv([line(n, draft=f"draft {n}") for n in range(1, 6)]).splitlines()
    rows[2] = rows[2].replace("draft 2", '"draft 2')
    rows[4] += ' 5"'
    lines = read(tmp_path, "\n".join(rows), "m.csv")
    assert codes(lines) == ["row", RefusalCode.BAD_VALUE, "row", "row", "row"]


def test_lines_of_a_text_that_may_be_rows_of_few_columns_are_refused(tmp_path: Path) -> None:
    text = 'audio,draft\n1.wav,"see\n2.wav, there"\n2.wav,x\n3.wav,"one\ntwo, three"\n'
    (tmp_path / "m.csv").write_text(text)
    found = [(record.line, record.problem) for record in file_records(tmp_path / "m.csv", None).records]
    assert found == [(2, "LINE_QUOTE_OPEN"), (3, "LINE_QUOTE_OPEN"), (4, ""), (5, "")]


def test_lines_of_a_text_that_look_like_a_list_are_no_rows(tmp_path: Path) -> None:
    rows = [line(1, draft="one\n" + ",".join("abcdefghijk") + "\nend"), line(2, draft="two")]
    assert codes(read(tmp_path, as_csv(rows), "m.csv")) == ["row", "row"]


def test_line_ends_of_a_mac_with_line_feeds_in_cells(tmp_path: Path) -> None:
    text = as_csv([line(1, draft="a~b"), line(2, draft="c")]).replace("a~b", '"a~b"')
    (first, second) = read(tmp_path, text.replace("\n", "\r").replace("~", "\n"), "m.csv")
    assert isinstance(first.read, ManifestRow)
    assert isinstance(second.read, ManifestRow)
    assert (first.read.draft, second.read.draft) == ("a\nb", "c")


HEAD, FIRST, SECOND = as_csv([line(1), line(2)]).splitlines()
BAD = RefusalCode.BAD_VALUE
TABLES: dict[str, tuple[str, list[str]]] = {
    "too many and too few cells": (
        f"{HEAD}\n{FIRST},more\n{FIRST.rsplit(',', 1)[0]}\n{SECOND}",
        [BAD, BAD, "row"],
    ),
    "another encoding": (f"{HEAD}\n{FIRST}\n{SECOND}\xe9", ["row", BAD]),
    "a cell without a name": (f"{HEAD},\n{FIRST},\n{SECOND},more", ["row", BAD]),
    "the heading again": (f"{HEAD}\n{FIRST}\n\ufeff{HEAD.title()}\n{SECOND}", ["row", BAD, "row"]),
}


@pytest.mark.parametrize("mistake", TABLES)
def test_a_mistake_in_a_table_spoils_its_own_lines_only(tmp_path: Path, mistake: str) -> None:
    text, found = TABLES[mistake]
    encoding = "latin-1" if "\xe9" in text else "utf-8"
    assert codes(read(tmp_path, text.encode(encoding), "m.csv")) == found


@pytest.mark.parametrize("name", ["age", "words", "Unnamed: 0"])
def test_an_unknown_column_refuses_the_table_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, as_csv([line(number) | {name: "30"} for number in range(2)]), "m.csv")
    assert (refused.value.code, refused.value.parameters["columns"]) == ("MANIFEST_UNKNOWN_COLUMNS", name)


def test_a_missing_column_refuses_the_table_once(tmp_path: Path) -> None:
    rows = [{name: value for name, value in line(n).items() if name != "speaker"} for n in range(2)]
    with pytest.raises(Refused) as refused:
        read(tmp_path, as_csv(rows), "m.csv")
    assert (refused.value.code, refused.value.parameters["columns"]) == (
        "MANIFEST_MISSING_COLUMNS",
        "speaker",
    )


def test_a_column_named_twice_refuses_the_table_by_its_first_line(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, "\n" + as_csv([line(1), line(2)]).replace("speaker", "source_id"), "m.csv")
    assert (refused.value.parameters["line"], refused.value.parameters["lines"]) == (2, "2")
    assert "HEADER_FIELD_TWICE" in str(refused.value.parameters["problem"])


@pytest.mark.parametrize(
    "body", [{"clips": [line(1)]}, {"version": 1, "clips": [line(1)]}, {name: {"0": "x"} for name in line(1)}]
)
def test_an_object_that_holds_the_clips_is_refused_once(tmp_path: Path, body: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, json.dumps(body), "m.json")
    assert refused.value.code == "MANIFEST_NOT_ROWS"


@pytest.mark.parametrize(
    "changed",
    [
        lambda name: f"\u200b{name}\u00a0",
        lambda name: f"\ufeff{name}",
        lambda name: name.upper().replace("I", "İ"),
        lambda name: name.replace("i", "ı"),
        lambda name: "".join(chr(ord(char) + 0xFEE0) if char.isalnum() else char for char in name),
        lambda name: name.replace("o", "o\u00ad"),
    ],
    ids=["zero width", "mark", "dotted", "dotless", "full width", "soft hyphen"],
)
def test_what_cannot_be_seen_in_a_heading_does_not_count(
    tmp_path: Path, changed: Callable[[str], str]
) -> None:
    heading = ",".join(changed(name) for name in HEAD.split(","))
    assert codes(read(tmp_path, f"{heading}\n{FIRST}", "m.csv")) == ["row"]


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_the_numbers_of_rows_that_r_and_pandas_write_do_not_count(tmp_path: Path, name: str) -> None:
    rows = "".join(f"{number},{FIRST}\n" for number in range(2))
    assert codes(read(tmp_path, f"{name},{HEAD}\n{rows}", "m.csv")) == ["row", "row"]
    again = "".join(f"{number},{number}.0,{FIRST}\n" for number in range(2))
    assert codes(read(tmp_path, f"Unnamed: 0.1,{name},{HEAD}\n{again}", "m.csv")) == ["row", "row"]
    assert codes(read(tmp_path, f"{name},{HEAD}\nx,{FIRST}\n", "m.csv")) == [BAD]
    assert codes(read(tmp_path, f"{HEAD},\n{FIRST},7\n", "m.csv")) == [BAD]


def test_the_first_line_that_powershell_writes_does_not_count(tmp_path: Path) -> None:
    lines = read(tmp_path, f"#TYPE System.Object\r\n{HEAD}\r\n{FIRST}", "m.csv")
    assert (codes(lines), lines[0].number) == (["row"], 3)


@pytest.mark.parametrize("between", ["\n\ufeff", ",\n", ",\r\n\r\n", "\r\n\r\n"])
def test_json_lines_that_programs_put_together_are_read(tmp_path: Path, between: str) -> None:
    text = between.join(json.dumps(line(number)) for number in range(3))
    assert codes(read(tmp_path, f"\ufeff\ufeff{text}")) == ["row"] * 3


def test_a_forbidden_value_in_an_array_refuses_its_element_only(tmp_path: Path) -> None:
    twice = json.dumps(line(3))[:-1] + ', "audio": "b.wav"}'
    elements = [json.dumps(line(1) | {"draft": float("nan")}), json.dumps(line(2)), twice]
    lines = read(tmp_path, "[\n" + ",\n".join(elements) + "\n]", "m.json")
    assert codes(lines) == [BAD, "row", BAD]
    assert [each.number for each in lines] == [2, 3, 4]


def test_a_link_out_of_the_folder_is_refused_and_one_within_it_is_followed(tmp_path: Path) -> None:
    inside = tmp_path / "batch"
    inside.mkdir()
    for real in (tmp_path / "secret.wav", inside / "real.wav"):
        real.write_bytes(b"x")
    (inside / "1.wav").symlink_to(tmp_path / "secret.wav")
    (inside / "out").symlink_to(tmp_path)
    (inside / "loop").symlink_to(inside / "loop")
    (inside / "4.wav").symlink_to(inside / "real.wav")
    rows = [line(1), line(2, audio="out/secret.wav"), line(3, audio="loop/a.wav"), line(4), line(5)]
    lines = read(inside, "".join(json.dumps(row) + "\n" for row in rows))
    assert codes(lines) == [BAD, BAD, BAD, "row", "row"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_manifest_has_no_lines(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == ()


def test_a_plus_in_a_text_is_no_other_encoding(tmp_path: Path) -> None:
    drafts = ("one+two", "a+download-page", "C++", "+491701234567", "x+AMw==", "~{}")
    rows = [line(number, draft=draft) for number, draft in enumerate(drafts)]
    for each in (rows, *([row] for row in rows[:4])):
        assert codes(read(tmp_path, as_csv(each), "m.csv")) == ["row"] * len(each)


def test_a_cell_may_be_longer_than_pythons_reader_takes(tmp_path: Path) -> None:
    csv.field_size_limit(131_072)  # as in a new process
    table = as_csv([line(1, draft="x" * 99_000), line(2, draft="y " * 70_000), line(3)])
    found = read(tmp_path, table, "m.csv")
    assert codes(found) == ["row", RefusalCode.BAD_VALUE, "row"]
    refused = found[1].read
    assert isinstance(refused, Decision)
    assert refused.notice is not None
    assert refused.notice.code == "VALUE_TOO_LONG"


def test_a_manifest_in_another_encoding_or_that_is_not_there_is_refused_whole(tmp_path: Path) -> None:
    for encoding in ("utf-32", "utf-32-le", "utf-32-be"):
        with pytest.raises(Refused) as refused:
            read(tmp_path, json.dumps(line(1)).encode(encoding))
        assert refused.value.parameters["encoding"] == "UTF-32"
    for path, code in ((tmp_path / "none.jsonl", "FILE_MISSING"), (tmp_path, "SOURCE_NEEDS_MAPPING")):
        with pytest.raises(Refused, match=code):
            read_source(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["m.jsonl", "m.csv"]))
def test_whatever_stands_between_two_good_lines_both_are_read(
    tmp_path: Path, rubbish: bytes, name: str
) -> None:
    rubbish = rubbish.replace(b"\n", b" ").replace(b'"', b"'")
    rows = [line(1), line(2)]
    text = as_csv(rows) if name == "m.csv" else "".join(json.dumps(row) + "\n" for row in rows)
    *before, last = text.encode().splitlines()
    lines = read(tmp_path, b"\n".join([*before, rubbish, last]), name)
    found = [each.read.source_id for each in lines if isinstance(each.read, ManifestRow)]
    assert {"source-1", "source-2"} <= set(found)


HEADINGS = (str, str.upper, str.title, lambda name: name.replace("_", " ").title(), lambda name: f" {name} ")
ROWS = [
    line(1, draft='he said "one; two"', audio="é 1.wav"),
    line(2, draft="a,b|c\td", audio="録音.wav"),
    line(3, draft="", locale="de"),
]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """The same rows, as different programs write them."""
    delimiter, end = draw(st.sampled_from(",;\t|^")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    heading, extra = draw(st.sampled_from(HEADINGS)), draw(st.integers(0, 3))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    names = draw(st.permutations([*GOOD, "draft"]))
    writer.writerow([*map(heading, names), *[""] * extra])
    for row in ROWS:
        writer.writerow([*(row[name] for name in names), *[""] * extra])
    if draw(st.booleans()):
        writer.writerow([""] * (len(names) + extra))
    first = f"sep={delimiter}{end}" if draw(st.booleans()) else ""
    return (first + out.getvalue()).encode(draw(st.sampled_from(ENCODINGS)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(tables())
def test_a_table_gives_the_same_rows_however_it_is_written(tmp_path: Path, content: bytes) -> None:
    wanted = read(tmp_path, "".join(json.dumps(row) + "\n" for row in ROWS))
    assert [each.read for each in read(tmp_path, content, "m.csv")] == [each.read for each in wanted]


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_is_read_with_the_line_of_each_row(tmp_path: Path, indent: int | None) -> None:
    lines = read(tmp_path, json.dumps([line(1), 7, line(2, age=3)], indent=indent), "m.json")
    assert codes(lines) == ["row", RefusalCode.BAD_VALUE, RefusalCode.UNKNOWN_FIELD]
    assert [each.number for each in lines] == ([1, 1, 1] if indent is None else [2, 12, 13])


OTHER = json.dumps(line(1, audio="é.wav"), ensure_ascii=False)
CYRILLIC, GERMAN = "голос.wav", "Käse.wav"


def a_table(audio: str, encoding: str, rows: int = 3) -> bytes:
    return as_csv([line(n, audio=audio) for n in range(rows)]).encode(encoding)


WHOLE: dict[str, tuple[bytes, str, str]] = {
    "Windows-1252": (a_table(GERMAN, "cp1252"), "TABLE_OTHER_ENCODING", "Windows-1252"),
    "one row": (a_table(GERMAN, "cp1252", 1), "TABLE_OTHER_ENCODING", "Windows-1252"),
    "JSON Lines": (f"{OTHER}\n{OTHER}".encode("cp1252"), "TABLE_OTHER_ENCODING", "Windows-1252"),
    "Windows-874": (a_table("สวัสดีค่ะ.wav", "cp874"), "TABLE_OTHER_ENCODING", "Windows-874"),
    "KOI8-R": (a_table("привет как дела.wav", "koi8_r"), "TABLE_OTHER_ENCODING", "Windows-1251"),
    "GB 2312": (a_table("你好世界.wav", "gb2312"), "TABLE_OTHER_ENCODING", "GB 18030"),
    "Mac Roman": (a_table("Grüße aus Köln.wav", "mac_roman"), "TABLE_OTHER_ENCODING", "Mac Roman"),
    "code page 850": (a_table("Grüße aus Köln.wav", "cp850"), "TABLE_OTHER_ENCODING", "code page 850"),
    "EBCDIC": (a_table("1.wav", "cp037"), "TABLE_ENCODING", ""),
    "UTF-7": (a_table("Grüße.wav", "utf-7"), "TABLE_OTHER_ENCODING", "UTF-7"),
    "UTF-7 of Han": (a_table("你好a.wav", "utf-7"), "TABLE_OTHER_ENCODING", "UTF-7"),
    "UTF-7 with a mark": (b"+/v8-" + a_table("1.wav", "ascii"), "TABLE_OTHER_ENCODING", "UTF-7"),
    "HZ": (a_table("你好世界.wav", "hz"), "TABLE_OTHER_ENCODING", "HZ"),
    "a workbook of ASCII alone": (b"PK\x03\x04" + bytes(40), "TABLE_NO_TEXT", "workbook"),
    "Windows-1251": (a_table(CYRILLIC, "cp1251"), "TABLE_OTHER_ENCODING", "Windows-1251"),
    "Shift-JIS": (a_table("ひらがな.wav", "shift_jis"), "TABLE_OTHER_ENCODING", "Shift-JIS"),
    "EUC-KR": (a_table("한국어.wav", "euc_kr"), "TABLE_OTHER_ENCODING", "EUC-KR"),
    "GB 18030": (a_table("录音文件.wav", "gb18030"), "TABLE_OTHER_ENCODING", "GB 18030"),
    "UTF-32": (a_table(GERMAN, "utf-32"), "TABLE_OTHER_ENCODING", "UTF-32"),
    "ISO 8859-2": (a_table("zażółć.wav", "iso8859_2"), "TABLE_OTHER_ENCODING", "Windows-1250"),
    "Windows-1251, even lengths": (a_table("диктор.wav", "cp1251"), "TABLE_OTHER_ENCODING", "Windows-1251"),
    "Shift-JIS without kana": (a_table("話者一二.wav", "cp932"), "TABLE_OTHER_ENCODING", "Shift-JIS"),
    "EUC-JP": (a_table("ひらがな.wav", "euc_jp"), "TABLE_OTHER_ENCODING", "EUC-JP"),
    "Big5": (a_table("錄音檔案.wav", "big5"), "TABLE_OTHER_ENCODING", "Big5"),
    "ISO-2022-JP": (a_table("ひらがな.wav", "iso2022_jp"), "TABLE_OTHER_ENCODING", "ISO-2022"),
    "a workbook": (b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)), "TABLE_NO_TEXT", "xlsx"),
    "compressed": (gzip.compress(a_table("a.wav", "utf-8"), mtime=0), "TABLE_NO_TEXT", "gzip"),
    "a clip": (b"RIFF\xff\xff\x00\x00WAVE" + bytes(64) + b"\xff" * 9, "TABLE_NO_TEXT", "an audio file"),
    "UTF-16 cut off": (a_table(GERMAN, "utf-16")[:-1], "TABLE_ENCODING", ""),
    "no heading": (FIRST.encode(), "MANIFEST_NO_HEADER", ""),
    "single quotes": (("'" + HEAD.replace(",", "','") + "'\n").encode(), "MANIFEST_NO_HEADER", ""),
    "no delimiter": (b"just some text\nof several lines", "MANIFEST_NO_HEADER", ""),
    "sep= alone": (b"sep=;\n", "TABLE_LINES_REFUSED", ""),
    "an array cut off": (json.dumps([line(1), line(2)])[:-9].encode(), "TABLE_LINES_REFUSED", ""),
    "an array of arrays": (json.dumps([[*line(1)], [*line(1).values()]]).encode(), "TABLE_LINES_REFUSED", ""),
    "lines of Python": (f"{line(1)}\n{line(2)}".encode(), "TABLE_LINES_REFUSED", ""),
    "all cut off": (f"{HEAD},more\n{FIRST}\n{SECOND}".encode(), "TABLE_LINES_REFUSED", ""),
    "objects over lines": (json.dumps(line(1), indent=1).encode(), "MANIFEST_OBJECT_OVER_LINES", ""),
}


@pytest.mark.parametrize("name", ["m.csv", "m.json"])
@pytest.mark.parametrize("mistake", WHOLE)
def test_what_is_wrong_with_a_whole_file_refuses_it_once(tmp_path: Path, mistake: str, name: str) -> None:
    content, code, named = WHOLE[mistake]
    with pytest.raises(Refused) as refused:
        read(tmp_path, content, name)
    assert refused.value.code == code
    parameters = refused.value.parameters
    assert named in str(parameters.get("encoding", parameters.get("kind", "")))


def test_a_damaged_line_of_a_file_in_utf_8_is_refused_alone(tmp_path: Path) -> None:
    good = as_csv([line(n, audio=GERMAN) for n in range(3)]).encode()
    bad = f"{FIRST}\n{FIRST}\n".replace("1.wav", GERMAN).encode("cp1252")
    assert codes(read(tmp_path, good + bad, "m.csv")) == ["row"] * 3 + [BAD] * 2


def test_spaces_before_and_behind_cells_do_not_count(tmp_path: Path) -> None:
    row = FIRST.replace("translator", '"translator"', 1).replace(",", " , ").replace(' , "', ', "')
    row = row.replace('" , ', '", ')
    assert (
        read(tmp_path, f"{HEAD}\n{row}", "m.csv")[0].read
        == read(tmp_path, f"{HEAD}\n{FIRST}", "n.csv")[0].read
    )


def test_fields_of_json_may_be_in_another_case_but_not_twice(tmp_path: Path) -> None:
    capital = {name.replace("_", " ").title(): value for name, value in line(1).items()}
    twice = line(2) | {"Audio": "b.wav"}
    lines = read(tmp_path, "".join(json.dumps(row) + "\n" for row in (capital, twice, line(1))))
    assert codes(lines) == ["row", BAD, "row"]
    assert lines[0].read == lines[2].read


@pytest.mark.parametrize("name", ["m.jsonl", "m.csv"])
def test_lines_that_are_kept_in_a_file_are_not_in_memory(tmp_path: Path, name: str) -> None:
    rows = [line(number) for number in range(100)]
    content = as_csv(rows) if name.endswith("csv") else "\n".join(map(json.dumps, rows))
    (tmp_path / name).write_text(content, encoding="utf-8")
    in_memory: list[object] = []

    def keep(lines: Iterable[ManifestLine]) -> Sequence[ManifestLine]:
        kept = Spooled(tmp_path, "IMPORT_NOT_STORED", lines)
        gc.collect()
        in_memory.extend(
            each for each in gc.get_objects() if isinstance(each, ManifestLine | ManifestRow | Record)
        )
        return kept

    gc.collect()
    gc.freeze()  # what other tests have left is not looked at
    try:
        found = read_source(tmp_path / name, None, keep)
    finally:
        gc.unfreeze()
    assert [each.number for each in found.lines][:3] == ([2, 3, 4] if name.endswith("csv") else [1, 2, 3])
    assert len(found.lines) == 100
    assert len(in_memory) <= 3


def test_a_manifest_that_became_shorter_while_it_was_read_loses_lines_and_keeps_no_other(
    tmp_path: Path,
) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(json.dumps(line(number)) for number in range(1, 4)), encoding="utf-8")
    records = file_records(path, None).records
    assert [record.values["audio"] for record in records] == ["1.wav", "2.wav", "3.wav"]
    path.write_text(json.dumps(line(1)) + "\n", encoding="utf-8")
    assert [record.values["audio"] for record in records] == ["1.wav"]
