"""``reviewer lexicon``: adding, listing and checking the project's words."""

from pathlib import Path


def test_words_are_added_listed_and_checked(command, workspace: Path) -> None:
    assert command("lexicon", "add", "iPhone", "Brno", "--workspace", workspace).code == 0
    added = command("lexicon", "add", "--locale", "de-AT", "Jänner", "Jänner", "--workspace", workspace)
    assert "1 words" in added.out
    listed = command("lexicon", "list", "--workspace", workspace)
    assert listed.out.splitlines() == ["de-AT\tJänner", "und\tiPhone", "und\tBrno"]
    assert "und.txt is valid: 2 words" in command("lexicon", "check", "--workspace", workspace).out


def test_a_wrong_line_is_named(command, workspace: Path) -> None:
    (workspace / "lexicon").mkdir()
    (workspace / "lexicon" / "de.txt").write_text("gut\nzwei Worte\n", encoding="utf-8")
    done = command("lexicon", "check", "--workspace", workspace)
    assert done.code == 2
    assert "Line 2" in done.err


def test_a_locale_or_a_word_that_is_none_is_refused(command, workspace: Path) -> None:
    assert command("lexicon", "add", "--locale", "../x", "gut", "--workspace", workspace).code == 2
    assert command("lexicon", "add", "two words", "--workspace", workspace).code == 2
    assert not (workspace / "lexicon").exists()
