"""``reviewer drafts``: recognisers' drafts, and how far texts move from them."""

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.clips import until_interrupted
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in
from reviewer.errors import Unavailable

if TYPE_CHECKING:
    from reviewer.lead.drafting import DraftsReport

app = typer.Typer(
    cls=output.CommandGroup, help="Recognisers' drafts, and what people make of them.", no_args_is_help=True
)


@app.command("make")
@signs_in
def make(
    work: CommandSession,
    every: Annotated[
        bool, typer.Option("--every", help="By every recogniser for the language, not by the first only.")
    ] = False,
    *,
    json: AsJson = False,
) -> None:
    """Let the project's recognisers make drafts for clips that have none; Ctrl-C stops after a clip."""
    with output.progress_bar("Recognising") as progress, until_interrupted() as cancelled:
        report = work.person.lead.make_drafts(progress, cancelled, by_every=every)
    _print(report, "DRAFTS_MADE", json=json)


@app.command("align")
@signs_in
def align(work: CommandSession, *, json: AsJson = False) -> None:
    """Find the words of accepted texts in the sound, for languages with an aligner; can be continued."""
    with output.progress_bar("Aligning") as progress, until_interrupted() as cancelled:
        report = work.person.lead.align_accepted(progress, cancelled)
    _print(report, "TEXTS_ALIGNED", json=json)


@app.command("report")
@signs_in
def report_distances(work: CommandSession, *, json: AsJson = False) -> None:
    """Show the distance from drafts to submitted texts, for drafts that were shown and that were hidden."""
    means = work.person.lead.draft_distances()
    if json:
        rows = [
            {
                "engine": one.engine,
                "version": one.version,
                "hidden": one.is_hidden,
                "texts": one.texts,
                "words": one.words.reference_words,
                "wer": one.words.rate,
                "mean_wer": one.mean_rate,
                "cer": one.characters.rate,
            }
            for one in means
        ]
        output.print_json({"drafts": rows})
        return
    heads = ("engine", "version", "draft", "texts", "words", "WER", "mean WER", "CER")
    table = [
        (
            one.engine,
            one.version or "-",
            output.term("DRAFT", "hidden" if one.is_hidden else "shown"),
            one.texts,
            one.words.reference_words,
            f"{one.words.rate:.1%}",
            f"{one.mean_rate:.1%}",
            f"{one.characters.rate:.1%}",
        )
        for one in means
    ]
    output.print_table(heads, table)


def _print(report: "DraftsReport", code: str, *, json: bool) -> None:
    if json:
        output.print_json(
            {
                "made": report.made,
                "present": report.present,
                "without_recogniser": report.without_recogniser,
                "failed": [
                    {"clip": one.clip_id, "engine": one.engine, "code": one.error.code}
                    for one in report.failed
                ],
            }
        )
    else:
        counts = {"made": report.made, "present": report.present, "without": report.without_recogniser}
        print(output.sentence(code, **counts))
        rows = [(one.clip_id, one.engine, output.words_of(one.error).sentence) for one in report.failed]
        if rows:
            output.print_table(("clip", "engine", "problem"), rows)
    if report.was_cancelled:
        raise Unavailable("DRAFTS_INTERRUPTED")
