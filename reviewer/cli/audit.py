"""``reviewer audit``: reads, verifies and signs the access log."""

import secrets
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import AsJson, CommandSession, WorkspaceDir, signs_in
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.files import write_atomically
from reviewer.messages import command_catalogue
from reviewer.model.clock import to_iso
from reviewer.places import DATABASE_FILE, default_workspace
from reviewer.untrusted_files import read_untrusted_text

if TYPE_CHECKING:
    from reviewer.access.checkpoint import Checkpoint
    from reviewer.access.log_chain import LogRow
    from reviewer.access.verification import Finding
    from reviewer.access.witness import Submission

app = typer.Typer(cls=output.CommandGroup, help="Read, verify and sign the access log.", no_args_is_help=True)


@app.command("show")
@signs_in
def show(
    work: CommandSession,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The newest N rows.")] = 100,
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Only acts of this person.")] = "",
    clip: Annotated[
        str, typer.Option("--on", metavar="ID", help="Only acts on this clip, task or person.")
    ] = "",
    act: Annotated[
        str, typer.Option("--act", metavar="ACT", help="Only this act, such as clip.opened.")
    ] = "",
    since: Annotated[datetime | None, typer.Option("--since", help="Only from this time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Only before this time (UTC).")] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print all rows that match as CSV, newest first.")
    ] = False,
    *,
    json: AsJson = False,
) -> None:
    """Show the newest rows of the access log, oldest first."""
    from reviewer.access.log_search import LogFilter  # noqa: PLC0415
    from reviewer.lead.log_table import write_table  # noqa: PLC0415

    lead = work.person.lead
    names = {each.id: each.name for each in lead.people()}
    ids = {name: each for each, name in names.items()}
    wanted = LogFilter(ids.get(person, person), act, ids.get(clip, clip), _utc(since), _utc(until))
    if as_csv:
        write_table(sys.stdout, lead.log_rows_for_export(wanted), names)
        return
    rows = lead.find_log_rows(wanted, limit=limit)[::-1]
    if json:
        output.print_json({"rows": [_row(row, names) for row in rows]})
        return
    heads = ("seq", "at", "person", "action", "object", "outcome", "reason")
    shown = [{**_row(row, names), "action": output.term("ACTION", row.event().action)} for row in rows]
    output.print_table(heads, [tuple(row[head] for head in heads) for row in shown])


@app.command("verify")
def verify(
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="One kept outside this machine; only with it a truncated log is detected.",
            show_default=False,
        ),
    ] = None,
    witness: Annotated[
        str | None,
        typer.Option(
            "--witness",
            metavar="PUBKEY",
            help="The checkpoint must be countersigned with this key.",
            show_default=False,
        ),
    ] = None,
    every_signature: Annotated[
        bool, typer.Option("--every-signature", help="Also verify the signatures that later ones imply.")
    ] = False,
    workspace: WorkspaceDir = None,
    _as_name: Annotated[str | None, typer.Option("--as", hidden=True)] = None,
    _passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", hidden=True)] = None,
    *,
    json: AsJson = False,
) -> None:
    """Verify every row of the access log. Signs nobody in and writes nothing: a copy is enough."""
    from reviewer.access.verification import verify_file  # noqa: PLC0415

    outside = read_submission(checkpoint).checkpoint if checkpoint else None
    if witness is not None:
        _require_witness(witness, outside)
    file = (workspace or default_workspace()) / DATABASE_FILE
    finding = verify_file(file, outside, every_signature=every_signature)
    _print_finding(finding, as_json=json)
    if not finding.ok:
        raise Damaged(finding.notice.code, **finding.notice.parameters)


@app.command("checkpoint")
@signs_in
def checkpoint(
    work: CommandSession,
    since: Annotated[
        int | None,
        typer.Option(
            "--since", metavar="ROWS", help="Prove that the log extends so many rows.", show_default=False
        ),
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Sign the current end of the log; keep what is printed on another machine, or have it countersigned."""
    lead = work.person.lead
    made = lead.checkpoint()
    text = lead.checkpoint_file(made, since)
    if json:
        body = {"log_id": made.log_id, "size": made.size, "head": made.head.hex(), "root": made.root.hex()}
        output.print_json(body | {"made_at": to_iso(made.made_at), "checkpoint": text})
    else:
        print(text, end="", flush=True)
    if not lead.has_witnesses:
        lead.witnessed(made)


@app.command("witnessed")
@signs_in
def witnessed(
    work: CommandSession,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What the witness printed.")],
    *,
    json: AsJson = False,
) -> None:
    """Record that a witness countersigned a checkpoint of this log."""
    lead = work.person.lead
    made = read_submission(file).checkpoint
    lead.witnessed(made)
    unwitnessed = lead.overview().unwitnessed
    if json:
        output.print_json({"size": made.size, "unwitnessed": unwitnessed})
    else:
        print(output.sentence("CHECKPOINT_RECORDED", rows=made.size, unwitnessed=unwitnessed))


@app.command("seen")
@signs_in
def seen(work: CommandSession, *, json: AsJson = False) -> None:
    """Show whose access log the server of the queue saw last, who has gone silent, and whose work waits."""
    lead = work.person.lead
    names = {person.id: person.name for person in lead.people()}
    rows = [
        {
            "person": names.get(each.person_id, each.person_id),
            "state": each.state.value,
            "rows": each.size,
            "seen_at": None if each.seen_at is None else to_iso(each.seen_at),
            "worked_at": None if each.worked_at is None else to_iso(each.worked_at),
            "unsent": each.unsent,
            "unsent_since": None if each.unsent_since is None else to_iso(each.unsent_since),
        }
        for each in lead.server_watch.seen_logs()
    ]
    if json:
        output.print_json({"logs": rows})
    else:
        output.print_table(
            ("person", "state", "rows", "seen", "worked", "unsent", "unsent since"),
            [tuple(row.values()) for row in rows],
        )


@app.command("compare")
def compare(
    brokers: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="The folders of the logs of all brokers.")
    ],
    logs: Annotated[
        list[Path] | None,
        typer.Option(
            "--log",
            metavar="DIR",
            help="A workspace with a log of people's, several times for several; default: the workspace.",
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceDir = None,
    *,
    json: AsJson = False,
) -> None:
    """Compare the keys that brokers released with what people opened and heard. Signs nobody in."""
    from reviewer.access.release_comparison import compare as compared  # noqa: PLC0415
    from reviewer.access.release_comparison import names_in  # noqa: PLC0415

    folders = logs or [workspace or default_workspace()]
    found = compared(brokers, folders)
    names = {each: name for folder in folders for each, name in names_in(folder).items()}
    rows = [
        {**asdict(each), "at": to_iso(each.at), "person": names.get(each.person_id, each.person_id)}
        for each in found.differences
    ]
    if json:
        output.print_json({"released": found.released, "agrees": found.agrees, "differences": rows})
    elif rows:
        heads = ("at", "person", "clip_id", "task_id", "released", "opened")
        shown = [(output.term("LACK", row["lack"]), *(row[head] for head in heads)) for row in rows]
        output.print_table(("what", *heads), shown)
    if not found.agrees:
        raise Damaged("RELEASES_DIFFER", released=found.released)
    if not json:
        print(output.sentence("RELEASES_AGREE", released=found.released))


@app.command("witness")
def witness_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What reviewer audit checkpoint printed.")],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="The witness's own key; made if it is not there.")
    ],
) -> None:
    """Countersign a checkpoint of another workspace's log, if it extends the last one seen.

    Needs no workspace. What was seen last of each log is kept beside the key.
    """
    from reviewer.access.witness import cosign  # noqa: PLC0415

    given = read_submission(file)
    name, secret = _witness_key(key)
    new = given.checkpoint
    memory = key.with_name(f"{key.name}.{new.log_id}")
    seen = read_submission(memory).checkpoint if memory.exists() else None
    given.require_extends(seen)
    signed = cosign(new, name, secret, datetime.now(UTC))
    write_atomically(memory, signed.text_with_cosignatures.encode())
    print(signed.text_with_cosignatures, end="")


@app.command("witness-key")
def witness_key(
    key: Annotated[Path, typer.Argument(metavar="FILE", help="The key; made if it is not there.")],
) -> None:
    """Print the public key of a witness, for project.toml and for reviewer audit verify --witness."""
    from reviewer.access.signing import public_key_of  # noqa: PLC0415
    from reviewer.access.witness import WitnessKey  # noqa: PLC0415

    name, secret = _witness_key(key)
    print(WitnessKey(name, public_key_of(secret)))


@app.command("segments")
@signs_in
def segments(
    work: CommandSession,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files are written.")],
    *,
    json: AsJson = False,
) -> None:
    """Write the closed segments of the log as files, which an auditor reads without a passphrase."""
    written = work.person.lead.write_log_segments(folder)
    if json:
        output.print_json({"files": [file.name for file in written]})
    else:
        print("\n".join(file.name for file in written) or output.sentence("NO_NEW_SEGMENT"))


def _print_finding(finding: "Finding", *, as_json: bool) -> None:
    sentence = command_catalogue().words(finding.notice).sentence
    if as_json:
        found = {"ok": finding.ok, "rows": finding.rows, "first_bad": finding.first_bad}
        output.print_json(found | {"sentence": sentence, "not_covered": list(finding.not_covered)})
    elif finding.ok:
        print(sentence)


def _require_witness(text: str, outside: "Checkpoint | None") -> None:
    from reviewer.access.witness import parse_witness_key  # noqa: PLC0415

    if outside is None:
        raise Refused("USAGE", problem="--witness needs --checkpoint", command="reviewer audit verify")
    if parse_witness_key(text).cosigned_at(outside) is None:
        raise Damaged("NOT_COSIGNED")


def _witness_key(file: Path) -> tuple[str, bytes]:
    """The name and secret of a witness; made, for its owner only, if the file is not there."""
    try:
        if not file.exists():
            made = f"reviewer-witness/{secrets.token_hex(4)} {secrets.token_hex(32)}\n"
            write_atomically(file, made.encode())
    except OSError as error:
        raise Unavailable("FILE_NOT_WRITTEN", file=file.name, problem=error.strerror or "") from error
    try:
        name, secret = read_untrusted_text(file).split()
        return name, bytes.fromhex(secret)
    except ValueError as error:
        raise Unavailable("WITNESS_KEY_INVALID", file=file.name) from error


def read_submission(file: Path) -> "Submission":
    """A checkpoint kept elsewhere, with the proofs before it if there are any. Raises Refused, Damaged."""
    from reviewer.access.witness import parse_submission  # noqa: PLC0415

    try:
        return parse_submission(read_untrusted_text(file))
    except Refused as error:
        if error.code == "FILE_NOT_UTF8":
            raise Damaged("NOT_A_CHECKPOINT") from error
        raise


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _row(row: "LogRow", names: dict[str, str]) -> dict[str, object]:
    event = row.event()
    return {
        "seq": row.seq,
        "at": to_iso(row.at()),
        "person": names.get(event.actor, event.actor),
        "role": event.role,
        "session": event.session,
        "action": event.action.value,
        "object": names.get(event.object, event.object),
        "outcome": event.outcome,
        "reason": event.reason,
        "detail": dict(event.detail),
        "hash": row.hash.hex(),
    }
