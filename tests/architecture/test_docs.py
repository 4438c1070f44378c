"""What the repository says about itself is true, and says nothing of the machines it was made on."""

import dataclasses
import importlib.machinery
import importlib.util
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.model.project import Project, RecogniserRule
from tests.conftest import REPOSITORY

_LONG = 60
"""Letters of a line that would not stand twice on a page by chance."""
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# Written in halves, so that this file is not one of those it looks for.
_REGISTRIES = re.compile("(" + "|".join(["py" + "pi", "python" + "hosted", "npm" + "js"]) + r")\.(org|com)")
_MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:" + "|".join(["wo" + "rk", "fa" + "rm", "ro" + "ot"]) + r")/")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = (REPOSITORY / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _documents() -> list[Path]:
    return [path for path in _tracked() if path.suffix == ".md"]


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_every_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for document in _documents():
        for link in _LINK.findall(_text(document)):
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            name, _, anchor = link.partition("#")
            target = document.parent / name if name else document
            headings = re.findall(r"^#+ (.+)$", _text(target), re.MULTILINE) if target.is_file() else []
            if not target.exists() or (anchor and anchor not in map(_anchor, headings)):
                broken.append(f"{document.relative_to(REPOSITORY)}: {link}")
    assert not broken


def test_every_folder_of_resources_is_used_by_the_program() -> None:
    program = "\n".join(_text(path) for path in sorted((REPOSITORY / "reviewer").rglob("*.py")))
    folders = [path.name for path in (REPOSITORY / "resources").iterdir() if path.is_dir()]
    assert folders
    assert [name for name in folders if f'"{name}"' not in program] == []


def test_no_tracked_file_names_a_package_registry() -> None:
    assert [str(path) for path in _tracked() if _REGISTRIES.search(_text(path))] == []


def test_no_tracked_file_carries_a_path_of_somebodys_machine() -> None:
    assert [str(path) for path in _tracked() if _MACHINE_PATHS.search(_text(path))] == []


def test_every_decision_is_numbered_once_and_has_its_four_parts() -> None:
    decisions = sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:3] for path in decisions]
    assert numbers == [f"{n:03}" for n in range(1, len(decisions) + 1)]
    for path in decisions:
        for part in ("## Context", "## Decision", "## Consequences", "## Alternatives"):
            assert part in _text(path), path.name


def test_every_decision_is_in_the_list_of_decisions_with_its_title() -> None:
    lines = _text(REPOSITORY / "docs" / "decisions.md").splitlines()
    for path in sorted((REPOSITORY / "docs" / "decisions").glob("*.md")):
        number, _, title = _text(path).partition("\n")[0].removeprefix("# ").partition(" ")
        assert f"- [{number}](decisions/{path.name}) {title}" in lines, "add it to docs/decisions.md"


def test_every_runtime_dependency_is_in_the_decision_about_them() -> None:
    project = _text(REPOSITORY / "pyproject.toml")
    listed = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert listed
    names = re.findall(r'^\s+"([A-Za-z0-9_-]+)', listed[1], re.MULTILINE)
    decision = _text(REPOSITORY / "docs" / "decisions" / "001-dependencies.md")
    assert names
    assert [name for name in names if f"`{name}`" not in decision] == []


def test_every_command_is_in_a_guide() -> None:
    from typer.main import get_command

    from reviewer.cli.main import app

    guides = " ".join(" ".join(_text(path).split()) for path in (REPOSITORY / "docs" / "guide").glob("*.md"))
    names = list(_commands("reviewer", get_command(app)))
    assert len(names) > 10
    assert [name for name in names if name not in guides] == []


def test_every_setting_is_in_the_guide_in_its_section_with_its_default() -> None:
    sections = re.split(r"^## ", _text(REPOSITORY / "docs" / "guide" / "settings.md"), flags=re.MULTILINE)
    shipped = tomllib.loads(_text(REPOSITORY / "resources" / "project.toml"))
    top, *others = sections
    for name, given in _settings(Project()):
        table, _, setting = name.rpartition(".")
        section = next((one for one in others if one.startswith(f"`[{table}]`")), "") if table else top
        row = re.search(rf"^\| `{setting}` \| (.*?) \|", section, re.MULTILINE)
        assert row, name
        kept = shipped.get(table, {}) if table else shipped
        if isinstance(given, bool | int | float | str):
            assert row[1].strip('`"') == str(given).lower().strip('"') or row[1].strip('`"') == given, name
            assert kept[setting] == given, name


def _settings(of: object, table: str = "") -> Iterator[tuple[str, object]]:
    for one in dataclasses.fields(of):  # type: ignore[arg-type]
        value = getattr(of, one.name)
        if dataclasses.is_dataclass(value):
            yield from _settings(value, one.name)
        elif one.name == "recogniser":
            yield from ((f"asr.{each.name}", None) for each in dataclasses.fields(RecogniserRule))
        else:
            yield f"{table}.{one.name}" if table else one.name, value


def test_every_key_is_in_the_guide() -> None:
    loader = importlib.machinery.SourceFileLoader("keys_page", str(REPOSITORY / "script" / "make-keys-page"))
    spec = importlib.util.spec_from_loader("keys_page", loader)
    assert spec
    maker = importlib.util.module_from_spec(spec)
    loader.exec_module(maker)
    assert _text(REPOSITORY / "docs" / "guide" / "keys.md") == maker.page(), "run script/make-keys-page"


def _commands(name: str, command: object) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name
    else:
        for word, one in inner.items():
            yield from _commands(f"{name} {word}", one)


def test_no_page_of_the_guide_says_a_thing_twice() -> None:
    for page in (REPOSITORY / "docs" / "guide").glob("*.md"):
        lines = re.sub(r"^```.*?^```", "", _text(page), flags=re.MULTILINE | re.DOTALL).splitlines()
        told = [line for line in lines if len(line) > _LONG]
        told += [line.split(" | ")[0] for line in lines if line.startswith("| `reviewer ")]
        assert [line for line in told if told.count(line) > 1] == [], page.name


def test_no_row_of_a_table_is_cut_off_from_its_heading() -> None:
    cut = re.compile(r"\n\n\|[^\n]*\n(?!\|[ :-]*-{3})")
    assert [page.name for page in _documents() if cut.search(_text(page))] == []


def test_every_file_that_a_document_names_is_there() -> None:
    documents = [path for path in _tracked() if path.suffix == ".md"]
    named = {
        (path.name, match)
        for path in documents
        for match in re.findall(r"`([\w/]+/\w+\.py)`", _text(path))  # from the repository, or a package, on
    }
    assert named
    files = [f"/{path.relative_to(REPOSITORY).as_posix()}" for path in _tracked() if path.suffix == ".py"]
    missing = [
        (document, file)
        for document, file in sorted(named)
        if not any(path.endswith(f"/{file}") for path in files)
    ]
    assert missing == []


def _rows_of(heading: str) -> list[str]:
    """The rows of the table in a chapter of the document on security."""
    text = _text(REPOSITORY / "docs" / "security.md").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in text.splitlines() if line.startswith("|")][2:]


def _tests_in(text: str) -> list[str]:
    return re.findall(r"`(tests/[\w/]+\.py)`", text)


def test_every_promise_and_every_attack_names_a_file_in_which_tests_stand() -> None:
    promises, attacks = _rows_of("The promises"), _rows_of("Attacks that once worked")
    assert [row.split("|")[1].strip() for row in promises] == [f"S{number}" for number in range(1, 14)]
    for row in (*promises, *attacks):
        assert _tests_in(row), row
        for name in _tests_in(row):
            assert re.search(r"^ *def test_|^Test\w+ = ", _text(REPOSITORY / name), re.MULTILINE), name
