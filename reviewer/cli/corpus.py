"""``reviewer corpus``: statistics of the accepted texts."""

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in

if TYPE_CHECKING:
    from reviewer.transcript.corpus import Entry, LocaleTotals


@signs_in
def corpus(
    work: CommandSession,
    words: Annotated[
        bool, typer.Option("--words", help="Print every word too, and how often it is there; logged.")
    ] = False,
    *,
    json: AsJson = False,
) -> None:
    """Show statistics of the accepted texts by language; every text that is opened is logged."""
    lead = work.person.lead
    with output.progress_bar("Reading texts") as progress:
        found = lead.corpus.statistics(lead.identity, progress)
    listed = found.words if words else ()
    if words:
        lead.corpus.record_saved(lead.identity, "words", len(listed), [each.id for each in found.clips])
    if json:
        shown: dict[str, object] = {
            "locales": [_locale(each) for each in found.locales],
            "alphabet": [_entry(each) for each in found.characters],
            "left_out": found.left_out,
        }
        output.print_json(shown | ({"words": [_entry(each) for each in listed]} if words else {}))
        return
    rows = [_locale(each) for each in found.locales]
    if rows:
        output.print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    if found.left_out:
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(found.left_out.items()))
        count = sum(found.left_out.values())
        print(f"\n{output.sentence('CORPUS_LEFT_OUT', count=count, reasons=reasons)}")
    if listed:
        print()
        lines = [(each.locale, each.text, each.times, _known(each)) for each in listed]
        output.print_table(("locale", "word", "times", "in_lexicon"), lines)


def _locale(row: "LocaleTotals") -> dict[str, object]:
    return {
        "locale": row.locale,
        "clips": row.clips,
        "seconds": round(row.seconds, 3),
        "words": row.words,
        "vocabulary": row.vocabulary,
        "out_of_lexicon": row.unknown,
        "alphabet": row.alphabet,
        "characters_a_second": round(row.character_rate, 2),
        "words_a_second": round(row.word_rate, 2),
    }


def _entry(row: "Entry") -> dict[str, object]:
    known = {} if row.is_known is None else {"in_lexicon": row.is_known}
    return {"locale": row.locale, "text": row.text, "times": row.times, "clips": len(row.clips), **known}


def _known(row: "Entry") -> str:
    return {True: "yes", False: "no", None: ""}[row.is_known]
