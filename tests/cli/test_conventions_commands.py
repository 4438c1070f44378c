"""``conventions check`` names what is wrong with a file; ``conventions try`` shows what becomes of texts."""

import io
import json
from pathlib import Path

import pytest

from reviewer.places import resource

# What keyboards and programs give, and the training text (locale, typed, derived).
FIELD = [
    ("vi-VN", "ti\u00ea\u0301ng", "ti\u1ebfng"),
    ("bn-IN", "\u09ac\u09dc \u09b8\u09ae\u09df", "\u09ac\u09a1\u09bc \u09b8\u09ae\u09af\u09bc"),
    ("ar", "\u0645\u0631\u0651\u0650\u0633", "\u0645\u0631\u0650\u0651\u0633"),
    ("he-IL", "\u05e9\u05bc\u05b8", "\u05e9\u05b8\u05bc"),
    ("ca-ES", "intel·ligent", "intel·ligent"),
    ("he-IL", 'צה״ל ארה"ב', 'צה״ל ארה"ב'),
    ("fi-FI", "EU:n", "eu:n"),
    ("tr-TR", "İstanbul IĞDIR", "istanbul ığdır"),
    ("nl-NL", "'s avonds dit is 'n hond", "'s avonds dit is 'n hond"),
    ("el-GR", "ΟΔΟΣ", "οδος"),
    ("haw-US", "Hawaiʻi ʻOkina", "hawaiʻi ʻokina"),
]


@pytest.fixture
def tried(command, monkeypatch):
    def run(locale: str, *texts: str) -> list[dict]:
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
        done = command("conventions", "try", "--locale", locale, "--json")
        assert done.code == 0, done.err
        return [json.loads(line) for line in done.out.splitlines()]

    return run


@pytest.mark.parametrize(("locale", "typed", "training"), FIELD)
def test_every_keyboards_text_can_be_handed_in(tried, locale: str, typed: str, training: str) -> None:
    (found,) = tried(locale, typed)
    assert found["training"] == training
    assert [problem for problem in found["problems"] if problem["blocks"]] == []


def test_a_spoken_sign_is_a_problem_and_never_dropped(tried) -> None:
    (found,) = tried("en-US", "50 % AT&T")
    assert [(p["start"], p["end"], p["code"]) for p in found["problems"]] == [
        (0, 2, "NUMBER_IN_DIGITS"),
        (3, 4, "SYMBOL_NOT_IN_WORDS"),
        (7, 8, "SYMBOL_NOT_IN_WORDS"),
    ]
    assert found["training"] == "50 % at&t"


def test_every_shipped_file_is_valid(command) -> None:
    for file in sorted(resource("conventions").glob("*.toml")):
        assert command("conventions", "check", file).code == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('scripts = ["Latin"]', 'scripts = ["Lattin"]', "Lattin"),
        ('base = "und"', 'base = "unt"', "unt"),
        ('version = "2"', "version = 2", "version"),
        ("[words.signs]", "[words.sings]", "sings"),
    ],
)
def test_a_mistake_in_a_file_is_named(command, tmp_path: Path, old: str, new: str, said: str) -> None:
    text = resource("conventions", "en-US.toml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "own.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    done = command("conventions", "check", file)
    assert done.code == 2
    assert said in done.err


def test_a_line_that_cannot_be_read_is_named(command, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "yes"}\nnonsense\n')))
    done = command("conventions", "try", "--locale", "en-US", "--json")
    assert done.code == 2
    assert "Line 2" in done.err


@pytest.mark.parametrize("line", [rb'{"text": "\ud800"}', b"[" * 100_000], ids=["half a pair", "deep"])
def test_a_line_that_no_text_can_be_made_of_is_named(command, monkeypatch, line: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "yes"}\n' + line + b"\n")))
    done = command("conventions", "try", "--locale", "en-US", "--json")
    assert done.code == 2
    assert "Line 2" in done.err
