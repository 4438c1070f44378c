"""``reviewer pii``: what the detection of personal data finds in texts, and how well; needs no workspace."""

import json
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.privacy.pii import PiiSpan, find
from reviewer.privacy.scoring import Proportion, Score, read_examples, score
from reviewer.untrusted_files import read_untrusted

_MOST_BYTES = 64 << 20

app = typer.Typer(
    cls=output.CommandGroup,
    help="Personal data in texts: find it, and measure how well.",
    no_args_is_help=True,
)


@app.command("find")
def find_in_lines(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Read JSON Lines {"text", "locale"} from standard input; print what each line holds, one line each."""
    for example in read_examples(sys.stdin.buffer, needs_expected=False):
        finds = find(example.text, example.locale)
        if as_json:
            print(json.dumps({"finds": [_table(one) for one in finds]}))
        else:
            print(" ".join(f"{one.kind}:{one.certainty}:{one.start}-{one.end}" for one in finds) or "-")


@app.command("score")
def score_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON Lines {"text", "locale", "expected"}.')],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    show: Annotated[bool, typer.Option("--show", help="List what was missed and wrongly flagged.")] = False,
) -> None:
    """Print recall and false flags with their 95 % Wilson intervals, by kind and language."""
    result = score(read_examples(BytesIO(read_untrusted(file, _MOST_BYTES)), needs_expected=True))
    if as_json:
        output.print_json(_score_table(result, show=show))
        return
    heads = ("", "count", "of", "rate", "95 %")
    for title, proportions in (("recall", result.recall), ("false flags", result.false_flags)):
        output.print_table((title, *heads[1:]), [_row(name, one) for name, one in proportions.items()])
        print()
    for example, (start, end, kind) in result.missed if show else ():
        print(f"missed {kind}, line {example.line}: {example.text[start:end]}")
    for example, finds in result.flagged if show else ():
        for one in finds:
            print(f"flagged {one.kind}, line {example.line}: {example.text[one.start : one.end]}")


def _row(name: str, one: Proportion) -> tuple[object, ...]:
    low, high = one.bounds
    return name, one.count, one.total, f"{one.count / one.total:.3f}", f"{low:.3f}-{high:.3f}"


def _table(span: PiiSpan) -> Mapping[str, object]:
    return {"start": span.start, "end": span.end, "kind": span.kind, "certainty": span.certainty}


def _score_table(result: Score, *, show: bool) -> dict[str, object]:
    table: dict[str, object] = {
        "recall": {name: one.to_table() for name, one in result.recall.items()},
        "false_flags": {name: one.to_table() for name, one in result.false_flags.items()},
    }
    if show:
        table["missed"] = [
            {"line": example.line, "start": start, "end": end, "kind": kind}
            for example, (start, end, kind) in result.missed
        ]
        table["flagged"] = [
            {"line": example.line, "finds": [_table(one) for one in finds]}
            for example, finds in result.flagged
        ]
    return table
