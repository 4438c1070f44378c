"""The agreement is a text whose every byte counts."""

import hashlib
import shutil
from pathlib import Path

import pytest

from reviewer.access.nda import load_agreement, load_agreements
from reviewer.errors import Damaged, Unavailable
from reviewer.places import resource

SHIPPED = resource("nda")
LOCALES = ("en-US", "de-DE")


def write_version(
    folder: Path, version: str, *, reack: bool = True, text: str = "Keep it to yourself.\n"
) -> None:
    (folder / version).mkdir(parents=True)
    (folder / version / "en-US.txt").write_bytes(text.encode())
    (folder / version / "nda.toml").write_text(
        f'version = "{version}"\nrequires_reack = {str(reack).lower()}\n[title]\nen-US = "Agreement"\n'
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_shipped_agreement_is_plain_text_in_each_language_under_its_hash(locale: str) -> None:
    text = load_agreement(SHIPPED, locale)
    assert (text.version, text.locale, text.requires_reack) == ("1.0", locale, True)
    data = (SHIPPED / "1.0" / f"{locale}.txt").read_bytes()
    assert text.sha256 == hashlib.sha256(data).hexdigest() == hashlib.sha256(text.text.encode()).hexdigest()
    assert len(text.text) > 5000
    assert text.text.rstrip("\n") + "\n" == text.text
    assert all(character.isprintable() or character == "\n" for character in text.text)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_shipped_agreement_has_sixteen_headings_in_order(locale: str) -> None:
    lines = load_agreement(SHIPPED, locale).text.split("\n")
    headings = [line for line in lines if line[:1].isdigit()]
    assert [heading.split(".")[0] for heading in headings] == [str(number) for number in range(1, 17)]
    for heading in headings:
        place = lines.index(heading)
        assert lines[place - 1] == lines[place + 1] == "", heading


def test_both_languages_have_the_same_points(tmp_path: Path) -> None:
    def points(locale: str) -> list[str]:
        lines = load_agreement(SHIPPED, locale).text.split("\n")
        return [line.split(" ")[0] for line in lines if line.startswith("(") or line[:1].isdigit()]

    assert points("en-US") == points("de-DE")


def test_a_language_that_is_not_there_falls_back_to_english() -> None:
    assert load_agreement(SHIPPED, "pt-BR") == load_agreement(SHIPPED, "en-US")


def test_the_newest_version_counts_numbers_as_numbers(tmp_path: Path) -> None:
    for version in ("1.2", "1.10", "1.9"):
        write_version(tmp_path, version)
    assert load_agreement(tmp_path, "en-US").version == "1.10"
    assert [text.version for text in load_agreements(tmp_path, "en-US")] == ["1.10", "1.9", "1.2"]


def test_one_changed_byte_is_another_text(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "nda")
    before = load_agreement(tmp_path / "nda", "en-US")
    file = tmp_path / "nda" / "1.0" / "en-US.txt"
    file.write_bytes(file.read_bytes().replace(b"never", b"Never", 1))
    assert load_agreement(tmp_path / "nda", "en-US").sha256 != before.sha256


def test_line_ends_are_kept_as_they_are(tmp_path: Path) -> None:
    write_version(tmp_path, "1.0", text="One\r\nTwo\r\n")
    text = load_agreement(tmp_path, "en-US")
    assert text.text == "One\r\nTwo\r\n"
    assert text.sha256 == hashlib.sha256(b"One\r\nTwo\r\n").hexdigest()


@pytest.mark.parametrize("folder", ["nowhere", "drafts", "without_text"])
def test_an_agreement_that_is_not_there_is_unavailable(tmp_path: Path, folder: str) -> None:
    (tmp_path / "drafts" / "old").mkdir(parents=True)
    (tmp_path / "drafts" / "notes.txt").write_text("not an agreement")
    write_version(tmp_path / "without_text", "1.0")
    (tmp_path / "without_text" / "1.0" / "en-US.txt").unlink()
    with pytest.raises(Unavailable):
        load_agreement(tmp_path / folder, "en-US")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("nda.toml", b""),
        ("nda.toml", b"not toml"),
        ("nda.toml", b'version = "1.1"\nrequires_reack = true\n[title]\nen-US = "A"'),
        ("nda.toml", b'version = "1.0"\n[title]\nen-US = "A"'),
        ("nda.toml", b'version = "1.0"\nrequires_reack = 1\n[title]\nen-US = "A"'),
        ("nda.toml", b'version = "1.0"\nrequires_reack = true\n[title]\nde-DE = "A"'),
        ("nda.toml", b'version = "1.0"\nrequires_reack = true\ntitle = "A"'),
        ("en-US.txt", b"\xff\xfe"),
    ],
)
def test_an_agreement_that_does_not_say_what_it_is_or_is_not_utf8_is_damage(
    tmp_path: Path, file: str, content: bytes
) -> None:
    write_version(tmp_path, "1.0")
    (tmp_path / "1.0" / file).write_bytes(content)
    with pytest.raises(Damaged):
        load_agreement(tmp_path, "en-US")
