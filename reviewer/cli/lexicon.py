"""``reviewer lexicon``: the words that the project adds to the dictionaries, in files that the lead edits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import WorkspaceDir
from reviewer.errors import Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.places import default_workspace
from reviewer.transcript.lexicon import (
    ANY_LOCALE,
    LEXICON_FOLDER,
    is_locale,
    lexicon_text,
    parse_words,
    read_words,
    with_words,
)
from reviewer.workspace_folder import require_workspace

app = typer.Typer(
    cls=output.CommandGroup, help="Names, products and terms that spelling accepts.", no_args_is_help=True
)

LocaleOption = Annotated[
    str,
    typer.Option("--locale", metavar="L", help="The locale, such as de or de-AT; default: every language."),
]


@app.command("add")
def add(
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="The words to add.")],
    locale: LocaleOption = ANY_LOCALE,
    workspace: WorkspaceDir = None,
) -> None:
    """Add words to the project's lexicon, in the spelling that transcripts shall have."""
    if not is_locale(locale):
        raise Refused("LEXICON_LOCALE_MALFORMED", locale=locale)
    file = _folder(workspace) / f"{locale}.txt"
    known = len(read_words(file))
    try:
        text = with_words(lexicon_text(file), words)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomically(file, text.encode())
    except OSError as error:
        raise Unavailable("LEXICON_NOT_WRITABLE", file=file.name, reason=str(error)) from error
    print(output.sentence("LEXICON_WORDS_ADDED", count=len(parse_words(text)) - known, locale=locale))


@app.command("list")
def list_words(workspace: WorkspaceDir = None) -> None:
    """Print every word of the lexicon with its locale, one a line, separated by a tab."""
    for file in _files(workspace):
        for word in read_words(file):
            print(f"{file.stem}\t{word}")


@app.command("check")
def check(workspace: WorkspaceDir = None) -> None:
    """Check every file of the lexicon; a mistake is named with its line."""
    for file in _files(workspace):
        print(output.sentence("LEXICON_VALID", file=file.name, count=len(read_words(file))))


def _files(workspace: Path | None) -> Iterator[Path]:
    yield from sorted(_folder(workspace).glob("*.txt"))


def _folder(workspace: Path | None) -> Path:
    folder = workspace or default_workspace()
    require_workspace(folder)
    return folder / LEXICON_FOLDER
