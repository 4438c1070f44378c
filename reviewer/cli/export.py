"""``reviewer export``: accepted work as a labelled set; its preview, and the verification of a set."""

import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reviewer.cli import output
from reviewer.cli.clips import until_interrupted
from reviewer.cli.sign_in import AsJson, AsName, PassphraseFile, WorkspaceDir, signed_in
from reviewer.errors import Damaged, Notice, Refused
from reviewer.messages import command_catalogue

if TYPE_CHECKING:
    from reviewer.lead.export import ExportResult
    from reviewer.lead.export_preview import ExportPreview
    from reviewer.lead.session import LeadSession
    from reviewer.lead.set_options import SetOptions

_NEW_OBJECTS = 20_000
_PREVIEW_COLUMNS = ("id", "seconds", "split", "text")

_Out = Annotated[Path, typer.Argument(metavar="OUT", help="A folder that does not exist yet.")]
_Formats = Annotated[
    str, typer.Option("--format", metavar="NAMES", help="For example nemo,csv.", show_default=False)
]
_Where = Annotated[
    str | None,
    typer.Option("--where", metavar="EXPR", help="A filter for clips; default: all.", show_default=False),
]
_Profile = Annotated[str, typer.Option("--profile", metavar="NAME", help="The profile of the text.")]
_Cut = Annotated[bool, typer.Option("--cut", help="Cut clips at their segments: a row for each.")]
_Margin = Annotated[int, typer.Option("--margin", metavar="MS", help="Sound kept around a cut segment.")]
_Split = Annotated[
    str,
    typer.Option("--split", metavar="80,10,10", help="Train, dev and test by speaker.", show_default=False),
]
_Audio = Annotated[str, typer.Option("--audio", metavar="FORM", help="flac, wav or opus.")]
_Rate = Annotated[
    int, typer.Option("--rate", metavar="HZ", help="Convert to this sample rate.", show_default=False)
]
_Mono = Annotated[bool, typer.Option("--mono", help="Mix all channels into one.")]
_Channel = Annotated[
    int, typer.Option("--channel", metavar="N", min=0, help="Take one channel.", show_default=False)
]
_EncryptTo = Annotated[
    list[str] | None,
    typer.Option(
        "--encrypt-to",
        metavar="KEY",
        help="Encrypt the set to a public key of age or SSH, or to those in a file.",
        show_default=False,
    ),
]
_IdentityFile = Annotated[
    Path | None,
    typer.Option(
        "--identity",
        metavar="FILE",
        help="With --verify: the secret key of an encrypted set.",
        show_default=False,
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show ten rows and the counts, write nothing.")]
_Verify = Annotated[bool, typer.Option("--verify", help="Verify the set in OUT, export nothing.")]


def export(  # noqa: PLR0917 - options, which typer gives by name
    out: _Out,
    formats: _Formats = "",
    where: _Where = None,
    profile: _Profile = "training",
    cut: _Cut = False,
    margin: _Margin = 200,
    split: _Split = "",
    audio: _Audio = "flac",
    rate: _Rate = 0,
    mono: _Mono = False,
    channel: _Channel = 0,
    encrypt_to: _EncryptTo = None,
    dry_run: _DryRun = False,
    verify: _Verify = False,
    identity: _IdentityFile = None,
    workspace: WorkspaceDir = None,
    as_name: AsName = None,
    passphrase_file: PassphraseFile = None,
    *,
    json: AsJson = False,
) -> None:
    """Write accepted work as a labelled set with its passport, or verify one."""
    if verify:
        _verify_set(out, identity, as_json=json)
        return
    from reviewer.formats.set_encryption import read_recipients  # noqa: PLC0415

    sound = {"rate_hz": rate, "mono": mono, "channel": channel}
    keys = read_recipients(encrypt_to or ())
    options = _options(split, audio, profile=profile, cut=cut, margin_ms=margin, encrypt_to=keys, **sound)
    names = tuple(name.strip() for name in formats.split(",") if name.strip())
    with signed_in(workspace, as_name, passphrase_file) as work, until_interrupted() as cancelled:
        lead = work.person.lead
        if dry_run:
            found = lead.preview_export(names, where, options=options, is_cancelled=cancelled)
            _print_preview(found, as_json=json)
        else:
            _export(lead, out, names, where, options, cancelled, as_json=json)


def _options(split: str, audio: str, **others: Any) -> "SetOptions":
    from reviewer.lead.set_options import AudioForm, SetOptions, parse_split  # noqa: PLC0415

    if audio not in tuple(AudioForm):
        raise Refused("EXPORT_AUDIO", known=", ".join(AudioForm))
    return SetOptions(split=parse_split(split) if split else None, audio=AudioForm(audio), **others)


def _export(
    lead: "LeadSession",
    out: Path,
    names: tuple[str, ...],
    where: str | None,
    options: "SetOptions",
    cancelled: Callable[[], bool],
    *,
    as_json: bool,
) -> None:
    from reviewer.lead.export import NothingToExport  # noqa: PLC0415

    gc.freeze()  # the modules stay: going through them again and again costs a twentieth of an export
    gc.set_threshold(_NEW_OBJECTS)  # rows hold nothing that holds them: looking at them costs another one
    with output.progress_bar("Exporting") as progress:
        try:
            result = lead.export(out, names, where, progress, options=options, is_cancelled=cancelled)
        except NothingToExport as nothing:
            if not as_json:
                _print_left_out(nothing.left_out)
                _print_rows_left_out(nothing.rows_left_out)
            raise
    _print_result(result, as_json=as_json)


def _print_result(result: "ExportResult", *, as_json: bool) -> None:
    if as_json:
        output.print_json(
            {
                "folder": str(result.folder),
                "clips": result.clips,
                "rows": result.rows,
                "seconds": result.seconds,
                "left_out": result.left_out,
                "rows_left_out": result.rows_left_out,
                "empty_formats": list(result.empty_formats),
                "passport_sha256": result.passport_sha256,
            }
        )
        return
    seconds = f"{result.seconds:.1f}"
    print(output.sentence("EXPORTED", clips=result.clips, seconds=seconds, folder=str(result.folder)))
    _print_left_out(result.left_out)
    _print_rows_left_out(result.rows_left_out)
    if result.empty_formats:
        print(output.sentence("FORMAT_NOT_WRITTEN", formats=", ".join(result.empty_formats)))
    print(output.sentence("PASSPORT", sha256=result.passport_sha256))


def _print_preview(preview: "ExportPreview", *, as_json: bool) -> None:
    rows = [
        {"id": one.id, "seconds": round(one.duration, 3), "split": one.split, "text": one.text}
        for one in preview.rows
    ]
    if as_json:
        output.print_json(
            {
                "first_rows": rows,
                "clips": preview.clips,
                "rows": preview.row_count,
                "seconds": preview.seconds,
                "audio_bytes": preview.audio_bytes,
                "audio_bytes_estimated": preview.is_estimated,
                "left_out": preview.left_out,
                "rows_left_out": preview.rows_left_out,
            }
        )
        return
    cells = [tuple(str(row[head]) for head in _PREVIEW_COLUMNS) for row in rows]
    output.print_table(_PREVIEW_COLUMNS, cells)
    megabytes = f"{preview.audio_bytes / 1e6:.1f}"
    seconds = f"{preview.seconds:.1f}"
    counts = {"clips": preview.clips, "rows": preview.row_count}
    code = "EXPORT_PREVIEW_ABOUT" if preview.is_estimated else "EXPORT_PREVIEW"
    print(output.sentence(code, **counts, seconds=seconds, megabytes=megabytes))
    _print_left_out(preview.left_out)
    _print_rows_left_out(preview.rows_left_out)


def _verify_set(folder: Path, identity: Path | None, *, as_json: bool) -> None:
    from reviewer.formats.set_encryption import decrypted_set, files_beside, is_encrypted  # noqa: PLC0415
    from reviewer.lead.foreign_sets import verify_foreign_set  # noqa: PLC0415

    if not folder.is_dir():
        raise Refused("SET_NOT_THERE", folder=folder.name)
    if not is_encrypted(folder):
        problems = verify_foreign_set(folder)
    elif identity is None:
        raise Refused("SET_ENCRYPTED", folder=folder.name)
    else:
        with decrypted_set(folder, identity) as plain:
            problems = [*files_beside(folder), *verify_foreign_set(plain)]
    if as_json:
        output.print_json({"ok": not problems, "problems": [problem.code for problem in problems]})
    else:
        for problem in problems:
            print(command_catalogue().words(problem).sentence)
    if problems:
        raise Damaged("SET_NOT_VERIFIED", problems=len(problems), folder=folder.name)
    if not as_json:
        print(output.sentence("SET_VERIFIED", folder=folder.name))


def _print_left_out(left_out: Mapping[str, int]) -> None:
    """Prints one line for each reason for leaving clips out, and how they come in."""
    for reason, count in left_out.items():
        notice = Notice(f"LEFT_OUT_{reason.upper()}")
        print(output.sentence("LEFT_OUT", count=count, reason=notice))
        if hint := command_catalogue().words(notice).hint:
            print(f"    {hint}")


def _print_rows_left_out(rows_left_out: Mapping[str, Mapping[str, int]]) -> None:
    for name, reasons in rows_left_out.items():
        for reason, count in reasons.items():
            notice = Notice(f"LEFT_OUT_{reason.upper()}")
            print(output.sentence("ROWS_LEFT_OUT", name=name, count=count, reason=notice))
