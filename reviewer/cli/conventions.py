"""``reviewer conventions``: checks a convention file, and tries conventions on real text."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import WorkspaceDir
from reviewer.errors import Refused
from reviewer.messages import command_catalogue
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import Conventions, load_conventions
from reviewer.transcript.normalisation import normalise, stored_text
from reviewer.untrusted_files import parse_untrusted_json

app = typer.Typer(
    cls=output.CommandGroup, help="Check convention files, and try them on text.", no_args_is_help=True
)


@app.command("check")
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A convention file (TOML).")]) -> None:
    """Check a convention file; a mistake is named with its line."""
    from reviewer.formats.catalogue import require_format_tags  # noqa: PLC0415

    found = load_conventions(file)
    require_format_tags(found)
    print(
        output.sentence(
            "CONVENTIONS_VALID",
            id=found.id,
            tags=len(found.tags),
            spellings=len(found.variants),
            profiles=", ".join(profile.id for profile in found.profiles.values()),
        )
    )


@app.command("try")
def try_conventions(
    locale: Annotated[
        str, typer.Option("--locale", metavar="L", help="The locale of the texts, such as de-AT.")
    ],
    workspace: WorkspaceDir = None,
    *,
    json_lines: Annotated[
        bool, typer.Option("--json", help='Read {"text": ...} lines and print one JSON object for each.')
    ] = False,
) -> None:
    """Read texts from standard input, one a line; print each with its training text and its problems."""
    from reviewer.workspace import shipped_conventions, workspace_conventions  # noqa: PLC0415

    known = workspace_conventions(workspace) if workspace else shipped_conventions()
    conventions = known.of(locale)
    for number, text in _texts(json_lines):
        found = _tried(text, conventions)
        if json_lines:
            print(json.dumps(found, ensure_ascii=False))
            continue
        print(f"{number}: {found['training']}")
        for problem in check_text(stored_text(text), conventions):
            print(f"   {problem.start}-{problem.end}: {command_catalogue().words(problem.notice).sentence}")


def _texts(json_lines: bool) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            text = parse_untrusted_json(line)["text"] if json_lines and line.strip() else line
            if isinstance(text, str):
                text.encode()  # an escaped lone surrogate: UnicodeEncodeError is a ValueError
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("TEXT_LINE_UNREADABLE", line=number) from error
        if not isinstance(text, str):
            raise Refused("TEXT_LINE_UNREADABLE", line=number)
        if line.strip():
            yield number, text


def _tried(text: str, conventions: Conventions) -> dict[str, Any]:
    """Offsets count code points of ``verbatim``, the text as it would be stored."""
    verbatim = stored_text(text)
    return {
        "verbatim": verbatim,
        "training": normalise(verbatim, conventions),
        "problems": [
            {
                "start": problem.start,
                "end": problem.end,
                "code": problem.notice.code,
                "blocks": problem.blocks,
            }
            for problem in check_text(verbatim, conventions)
        ],
    }
