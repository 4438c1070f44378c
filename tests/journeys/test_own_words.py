"""Words that people add for themselves, and the project's lexicon."""

from pathlib import Path

import pytest

from reviewer.clips.own_words import OwnWords
from reviewer.errors import Damaged, Refused
from tests.benches.workspace import ANA, BEN, Bench


def test_own_words_are_kept_by_language_in_order_and_each_once(bench: Bench) -> None:
    bench.agree(ANA)
    words = bench.work(ANA).known_words
    for word in ("frobnix", "Brno", "frobnix"):
        words.add("de-AT", word)
    assert bench.work(ANA).known_words.own("de-DE") == ("frobnix", "Brno")
    assert words.own("fr") == ()
    words.remove("de", "frobnix")
    words.remove("de", "never")
    assert words.own("de") == ("Brno",)


def test_a_word_is_added_and_taken_out_with_one_call(bench: Bench) -> None:
    bench.agree(ANA)
    words = bench.work(ANA).known_words
    assert words.toggle("de", "frobnix")
    assert words.own("de") == ("frobnix",)
    assert not words.toggle("de", "frobnix")
    assert words.own("de") == ()


def test_own_words_are_nobody_else_s_and_not_in_clear_in_the_file(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    bench.work(ANA).known_words.add("de", "frobnix")
    assert bench.work(BEN).known_words.own("de") == ()
    with bench.database() as database:
        sealed = database.value("SELECT sealed FROM own_words")
        assert b"frobnix" not in sealed
        ben = bench.person(BEN).identity
        database.execute("UPDATE own_words SET person_id = ?", (ben.person.id,))
    with pytest.raises(Damaged):
        bench.work(BEN).known_words.own("de")


def test_more_than_a_word_is_refused(bench: Bench) -> None:
    bench.agree(ANA)
    with pytest.raises(Refused, match="LEXICON_WORD_MALFORMED"):
        bench.work(ANA).known_words.add("de", "two words")


def test_the_lexicon_of_the_workspace_and_own_words_are_known_together(bench: Bench) -> None:
    bench.agree(ANA)
    folder = Path(bench.workspace.path) / "lexicon"
    folder.mkdir()
    (folder / "und.txt").write_text("iPhone\n", encoding="utf-8")
    words = bench.work(ANA).known_words
    words.add("de", "frobnix")
    assert words.of("de-AT") == {"iPhone", "frobnix"}


def test_words_are_written_in_a_transaction_alone(bench: Bench) -> None:
    bench.agree(ANA)
    identity = bench.person(ANA).identity
    with bench.database() as database, pytest.raises(RuntimeError):
        OwnWords("w", database).put(identity, "de", ("frobnix",))
