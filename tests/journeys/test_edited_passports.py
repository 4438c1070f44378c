"""A passport whose facts were edited by hand: each that can be counted again is found."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import soundfile

from reviewer.formats import dataset_card, passport
from reviewer.formats.catalogue import FORMATS
from reviewer.formats.set_verification import verify_set
from reviewer.formats.titles import missing_package
from reviewer.formats.validation import decoded_length
from reviewer.lead.set_options import SetOptions
from tests.benches.lead import LeadBench

Facts = dict[str, Any]
NAMES = tuple(name for name in FORMATS if not missing_package(name))


def measure(sound: Path | bytes) -> tuple[int, int]:
    if isinstance(sound, Path):
        return decoded_length(sound)
    data, rate_hz = soundfile.read(io.BytesIO(sound))
    return len(data), rate_hz


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> LeadBench:
    """Clips of four speakers, one without words, one with a noise."""
    bench = LeadBench(tmp_path_factory.mktemp("edited") / "ws")
    bench.agree()
    for number, text in enumerate(("yes it is", "no [noise] uh", "[noise]", "well yes"), 1):
        bench.accepted(f"c{number}", text)
    return bench


@pytest.fixture(scope="module")
def whole(bench: LeadBench) -> Path:
    out = bench.folder.parent / "set"
    bench.run_export(out, formats=NAMES, options=SetOptions(split=(50, 30, 20)))
    return out


@pytest.fixture
def out(whole: Path) -> Iterator[Path]:
    """The set, whose passport is the right one again afterwards."""
    right = (whole / passport.NAME).read_bytes()
    yield whole
    (whole / passport.NAME).write_bytes(right)


def found(folder: Path) -> list[tuple[str, str]]:
    return [
        (one.code, str(one.parameters.get("fact", one.parameters))) for one in verify_set(folder, measure)
    ]


def edit(folder: Path, change: Callable[[Facts], object]) -> Facts:
    path = folder / passport.NAME
    facts: Facts = json.loads(path.read_text(encoding="utf-8"))
    change(facts)
    path.write_text(json.dumps(facts), encoding="utf-8")
    return facts


def put(path: str, value: object) -> Callable[[Facts], object]:
    def change(facts: Facts) -> None:
        *outer, last = path.split("/")
        for name in outer:
            facts = facts[name]
        facts[last] = value

    return change


@pytest.mark.parametrize("name", NAMES)
def test_a_set_of_one_format_agrees_with_its_passport(bench: LeadBench, tmp_path: Path, name: str) -> None:
    split = (50, 50, 0) if NAMES.index(name) % 2 else None
    bench.run_export(tmp_path / "set", formats=(name,), options=SetOptions(split=split))
    assert found(tmp_path / "set") == []


@pytest.mark.parametrize("name", ["stm", "parquet", "librispeech", "nemo"])
def test_what_a_format_does_not_tell_is_counted_in_its_sounds(
    bench: LeadBench, tmp_path: Path, name: str
) -> None:
    if missing_package(name):
        pytest.skip("a package is missing")
    out = tmp_path / "set"
    bench.run_export(out, formats=(name,))
    right = (out / passport.NAME).read_bytes()
    for fact in ("rows", "clips", "seconds", "statistics/speakers", "statistics/hours"):
        edit(out, put(fact, 77))
        assert ("PASSPORT_CONTRADICTS", fact.replace("/", ".")) in found(out)
        (out / passport.NAME).write_bytes(right)


def test_a_whole_set_agrees_with_its_passport(whole: Path) -> None:
    assert found(whole) == []


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("rows", 5), ("rows", True), ("clips", 3), ("seconds", 1e9), ("rows_without_text", 0),
        ("statistics/words", 9), ("statistics/characters", 1), ("statistics/speakers", 2),
        ("statistics/seconds/p50", 0.2), ("statistics/rates_hz", {"44100": 4}),
        ("statistics/locales/en-US/rows", 3), ("statistics/products", {}), ("statistics/splits", {}),
        ("statistics/durations", []), ("annotated_under", {"default@1 en-US@1": 40}), ("schemas", {}),
        ("options/rate_hz", 48_000), ("options/audio", "wav"), ("options/split", [0, 0, 100]),
        ("passport_version", 4), ("passport_version", 0), ("formats/csv", "9"), ("files", []),
    ],
)  # fmt: skip
def test_an_edited_fact_is_found(out: Path, fact: str, value: object) -> None:
    if value == []:
        edit(out, lambda facts: facts["files"].pop() if fact == "files" else put(fact, value)(facts))
    else:
        edit(out, put(fact, value))
    codes = {code for code, _ in found(out)}
    assert codes <= {"PASSPORT_CONTRADICTS", "SET_FILE_NOT_LISTED"}
    assert codes


def with_new_digests(out: Path) -> None:
    """Makes the sums and the passport's list of files agree with what is there."""
    (out / passport.SUMS).unlink()
    paths = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    paths.remove(passport.NAME)
    digests = {path: hashlib.sha256((out / path).read_bytes()).hexdigest() for path in paths}
    (out / passport.SUMS).write_text("".join(f"{sha}  {path}\n" for path, sha in digests.items()))
    digests[passport.SUMS] = hashlib.sha256((out / passport.SUMS).read_bytes()).hexdigest()
    listed = [
        {"path": path, "sha256": sha, "bytes": (out / path).stat().st_size}
        for path, sha in sorted(digests.items())
    ]
    edit(out, put("files", listed))


def test_a_fact_is_found_though_the_card_was_edited_with_it(whole: Path, tmp_path: Path) -> None:
    """Card, digests and sums agree with each other; only the set tells."""
    out = copytree(whole, tmp_path / "set")
    facts = edit(out, put("statistics/words", 4000))
    card = out / dataset_card.NAME
    card.unlink()
    card.write_text("\n".join(dataset_card.card(facts)) + "\n", encoding="utf-8")
    with_new_digests(out)
    assert found(out) == [("PASSPORT_CONTRADICTS", "statistics.words")]


CLIP = "common-voice/en-US/clips/{}.flac"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda out: (out / "plots/durations.svg").unlink(), ("PASSPORT_CONTRADICTS", "plots")),
        (lambda out: (out / "plots/more.svg").write_text("<svg/>"), ("PASSPORT_CONTRADICTS", "plots")),
        (lambda out: (out / "plots/locales.svg").write_text("<svg/>"), ("PASSPORT_CONTRADICTS", "plots")),
        (
            lambda out: (out / CLIP.format("more")).write_bytes(b"fLaC"),
            ("SET_FILE_NOT_LISTED", str({"file": CLIP.format("more")})),
        ),
        (
            lambda out: (out / "librispeech/more.wav").write_bytes(b"RIFF"),
            ("SET_FILE_NOT_LISTED", str({"file": "librispeech/more.wav"})),
        ),
    ],
)
def test_a_plot_or_a_sound_that_is_no_rows_is_found_though_it_is_listed(
    whole: Path, tmp_path: Path, change: Callable[[Path], object], problem: tuple[str, str]
) -> None:
    out = copytree(whole, tmp_path / "set")
    change(out)
    with_new_digests(out)
    assert found(out) == [problem]


def test_a_format_that_is_not_named_is_found(out: Path) -> None:
    edit(out, lambda facts: facts["formats"].pop("stm"))
    assert ("PASSPORT_CONTRADICTS", "formats") in found(out)


@pytest.mark.parametrize("value", [None, -1, [], {}, 1e400])
@pytest.mark.parametrize("fact", ["statistics", "options", "rows", "conventions", "schemas", "rows_left_out"])
def test_a_fact_of_another_kind_is_a_problem_and_no_other_end(out: Path, fact: str, value: object) -> None:
    edit(out, put(fact, value))
    assert found(out)


def test_passports_of_earlier_programs_are_no_contradiction(whole: Path, tmp_path: Path) -> None:
    out = copytree(whole, tmp_path / "set")
    edit(out, lambda facts: [one.pop("format_tags") for one in facts["conventions"].values()])
    assert found(out) == []
    (out / passport.SUMS).unlink()

    def earlier(facts: Facts) -> None:
        kept = ("formats", "clips", "seconds", "files")
        for name in set(facts) - {*kept}:
            del facts[name]
        facts["passport_version"] = 2
        facts["files"] = [each for each in facts["files"] if each["path"] != passport.SUMS]

    edit(out, earlier)
    assert found(out) == []
