"""``reviewer pii``: finds in lines from standard input, and the score of a file."""

import io
import json
import sys
from pathlib import Path

import pytest

from reviewer.cli.main import run

FIRST = Path(__file__).parents[1] / "data" / "pii" / "first.jsonl"
CALL = "call four one five five five five two six seven one"


def find(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    code = run(["pii", "find", "--json"])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def line(**body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"


def test_each_line_has_an_answer_with_places_kind_and_certainty(monkeypatch, capsys) -> None:
    code, out, _ = find(
        monkeypatch, capsys, line(text=CALL, locale="en-US") + line(text="hello", locale="en")
    )
    assert code == 0
    first, second = map(json.loads, out.splitlines())
    assert first == {"finds": [{"start": 5, "end": len(CALL), "kind": "phone", "certainty": "certain"}]}
    assert second == {"finds": []}


def test_places_count_code_points(monkeypatch, capsys) -> None:
    _, out, _ = find(monkeypatch, capsys, line(text="😀 a@example.org", locale="en"))
    (found,) = json.loads(out)["finds"]
    assert (found["start"], found["end"]) == (2, 15)


@pytest.mark.parametrize(
    "bad",
    [b"[1]\n", b"nonsense\n", b'{"locale": "en"}\n', b'{"text": 5}\n', b"\xff\xfe\n", b"[" * 100_000 + b"\n"],
)
def test_a_line_that_is_something_else_is_named_by_its_number(monkeypatch, capsys, bad: bytes) -> None:
    code, _, err = find(monkeypatch, capsys, line(text="one", locale="en") + bad)
    assert code == 2
    assert err.startswith("Line 2 ")


def test_the_score_of_the_first_set_is_as_documented(capsys) -> None:
    assert run(["pii", "score", "--json", str(FIRST)]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["recall"]["all"]["rate"] >= 0.97
    assert body["false_flags"]["all"]["rate"] <= 0.02
    assert body["recall"]["all"]["low"] < body["recall"]["all"]["rate"] <= body["recall"]["all"]["high"]


def test_what_was_missed_and_wrongly_flagged_is_listed_on_request(tmp_path, capsys) -> None:
    file = tmp_path / "set.jsonl"
    missed = line(text="see Anna", locale="en", expected=[{"start": 4, "end": 8, "kind": "name"}])
    file.write_bytes(missed + line(text=CALL, locale="en", expected=[]))
    assert run(["pii", "score", "--show", str(file)]) == 0
    out = capsys.readouterr().out
    assert "missed name, line 1: Anna" in out
    assert "flagged phone, line 2: four one five" in out


@pytest.mark.parametrize(
    "expected", [[{"start": 3, "end": 2, "kind": "x"}], [{"start": 0, "end": 9, "kind": "x"}], "no"]
)
def test_an_expectation_outside_the_text_is_refused(tmp_path, capsys, expected: object) -> None:
    file = tmp_path / "set.jsonl"
    file.write_bytes(line(text="hello", locale="en", expected=expected))
    assert run(["pii", "score", str(file)]) == 2


def test_a_file_that_is_not_there_is_a_sentence(tmp_path, capsys) -> None:
    assert run(["pii", "score", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err
