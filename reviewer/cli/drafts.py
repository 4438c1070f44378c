"""``reviewer drafts``: recognisers' drafts, and how far texts move from them."""

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, signs_in

app = typer.Typer(help="Recognisers' drafts, and what people make of them.", no_args_is_help=True)


@app.command("report")
@signs_in
def report(work: CommandSession, *, json: AsJson = False) -> None:
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
