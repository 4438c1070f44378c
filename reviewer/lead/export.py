"""Takes accepted work out of a workspace as a labelled set: checked, logged, whole or not at all."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from reviewer.access.checkpoint import Checkpoint, Checkpoints
from reviewer.access.ledger import Head, Ledger
from reviewer.access.nda import Acknowledgements
from reviewer.access.rights import Act, require
from reviewer.audio.io.flac import cut_flac
from reviewer.audio.samples import Samples
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.errors import Damaged, Refused, ReviewerError
from reviewer.formats import csv_table, nemo, passport
from reviewer.formats.dataset import Utterance, write_clips
from reviewer.formats.new_folder import moved, require_free, temporary
from reviewer.formats.passport import Passport
from reviewer.labels.schema import Schema
from reviewer.lead.pseudonyms import Pseudonyms
from reviewer.lead.rows import utterance
from reviewer.lead.selection import Selection, Selector
from reviewer.lead.where import parse_where
from reviewer.model.clip import Clip
from reviewer.model.clock import Clock, to_iso, to_micros
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.queue.queue import Queue
from reviewer.transcript.conventions import Conventions

PROFILE = "training"


class Opener(Protocol):
    """The gated door to a clip's audio; it logs before it opens."""

    def open_for_export(self, identity: Identity, clip_id: str) -> Samples: ...


class Format(Protocol):
    """A writer of a set's tables, and the validator that reads them back by the reader's rules."""

    VERSION: str

    def write(self, folder: Path, utterances: Sequence[Utterance]) -> None: ...
    def validate(self, folder: Path) -> list[str]: ...


FORMATS: Mapping[str, Format] = {"nemo": nemo, "csv": csv_table}


@dataclass(frozen=True, slots=True)
class ExportResult:
    """A set that was written and read back. ``left_out`` counts clips by reason."""

    folder: Path
    clips: int
    seconds: float
    left_out: dict[str, int]
    passport_sha256: str


@dataclass(frozen=True, slots=True)
class _Order:
    """What one run was asked for, and where the log stood when it began."""

    identity: Identity
    out: Path
    formats: tuple[str, ...]
    where: str | None
    split: bool
    id: str
    head: Head
    checkpoint: Checkpoint


class Export:
    """The lead's way of taking work out; there is no other."""

    def __init__(
        self,
        *,
        database: Database,
        vault: Vault,
        catalogue: Catalogue,
        queue: Queue,
        ledger: Ledger,
        checkpoints: Checkpoints,
        acknowledgements: Acknowledgements,
        opener: Opener,
        project: Project,
        clock: Clock,
        schema: Schema,
        conventions: Conventions,
    ) -> None:
        self._database = database
        self._queue = queue
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._acknowledgements = acknowledgements
        self._opener = opener
        self._project = project
        self._clock = clock
        self._schema = schema
        self._conventions = conventions
        self._selector = Selector(vault=vault, catalogue=catalogue, queue=queue, conventions=conventions)

    def run(
        self,
        identity: Identity,
        out: Path,
        formats: Sequence[str],
        where: str | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        *,
        split: bool = False,
    ) -> ExportResult:
        """Writes a set to ``out``, which must not exist; whatever fails, nothing of it stays.

        Raises: Refused (NotAllowed, NdaRequired, a bad filter or format, nothing to export, OUT exists),
            Unavailable when the disk says no, Damaged when the set does not read back as it should.
        """
        require(identity.person, Act.EXPORT)
        self._acknowledgements.require_live(identity.person, self._project.locale)
        names = _known(formats)
        predicate = parse_where(where, self._schema) if where else lambda _facts: True
        require_free(out)
        checkpoint = self._checkpoints.make("export")
        started = self._note(identity, Action.EXPORT_STARTED, "", {"formats": list(names)})
        order = _Order(identity, out, names, where, split, f"e{started:08d}", self._ledger.head(), checkpoint)
        try:
            selection = self._selector.select(
                identity.keyring, self._conventions.profile(PROFILE), predicate, self._clock.now()
            )
            return self._make(order, selection, progress)
        except BaseException as error:
            code = error.code if isinstance(error, ReviewerError) else type(error).__name__
            self._note(identity, Action.EXPORT_ENDED, order.id, {}, outcome="failed", reason=code)
            raise

    def _make(
        self, order: _Order, selection: Selection, progress: Callable[[int, int], None]
    ) -> ExportResult:
        if not selection.chosen:
            counts = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in selection.left_out.items())
            raise Refused("There is no accepted work to export.", f"Clips left out: {counts or 'none'}.")
        utterances = self._utterances(order, selection)
        with temporary(order.out) as folder:
            write_clips(folder, utterances, progress)
            for name in order.formats:
                FORMATS[name].write(folder, utterances)
            digest = passport.write(folder, self._passport(order, selection, utterances))
            _require_valid(folder, order.formats)
            with moved(folder, order.out), self._database.transaction():
                self._remember(order, selection, digest)
        return ExportResult(
            order.out, len(utterances), _seconds(utterances), dict(selection.left_out), digest
        )

    def _utterances(self, order: _Order, selection: Selection) -> list[Utterance]:
        names = Pseudonyms(order.identity.keyring.workspace_key)
        rows = (
            utterance(
                one, names.speaker(one.clip), partial(self._flac, order.identity, one.clip), split=order.split
            )
            for one in selection.chosen
        )
        return sorted(rows, key=lambda row: row.id)

    def _flac(self, identity: Identity, clip: Clip) -> bytes:
        samples = self._opener.open_for_export(identity, clip.id)
        if (samples.frames, samples.rate_hz, samples.channels) != (clip.frames, clip.rate_hz, clip.channels):
            raise Damaged(
                "A clip's audio is not what the workspace says of it.", "Run: reviewer audit verify."
            )
        return cut_flac(samples, 0, samples.frames)

    def _passport(self, order: _Order, selection: Selection, utterances: Sequence[Utterance]) -> Passport:
        profile = self._conventions.profile(PROFILE)
        agreement = self._acknowledgements.text(self._project.locale)
        names = Pseudonyms(order.identity.keyring.workspace_key)
        return Passport(
            export_id=order.id,
            made_at=to_iso(self._clock.now()),
            made_by=names.person(order.identity.person.id),
            app_version=version("reviewer"),
            project=self._project.name,
            formats={name: FORMATS[name].VERSION for name in order.formats},
            where=order.where,
            split=order.split,
            schema=self._schema.id,
            conventions=self._conventions.id,
            profile=profile.facts(),
            annotated_under=dict(Counter(f"{u.schema_version} {u.conventions_version}" for u in utterances)),
            agreement={
                "version": agreement.version,
                "locale": agreement.locale,
                "sha256": agreement.sha256,
            },
            clips=len(utterances),
            clips_without_text=sum(not utterance.text for utterance in utterances),
            seconds=_seconds(utterances),
            left_out=selection.left_out,
            log_size=order.head.size,
            log_hash=order.head.hash.hex(),
            checkpoint=order.checkpoint.text,
        )

    def _remember(self, order: _Order, selection: Selection, digest: str) -> None:
        clip_ids = [one.clip.id for one in selection.chosen]
        self._database.execute(
            "INSERT INTO export (id, person_id, formats, passport_sha256, made_at) VALUES (?, ?, ?, ?, ?)",
            (
                order.id,
                order.identity.person.id,
                ",".join(order.formats),
                digest,
                to_micros(self._clock.now()),
            ),
        )
        for clip_id in clip_ids:
            self._database.execute(
                "INSERT INTO export_clip (export_id, clip_id) VALUES (?, ?)", (order.id, clip_id)
            )
        self._queue.mark_exported(clip_ids)
        detail: dict[str, DetailValue] = {
            "clips": len(clip_ids),
            "left_out": sum(selection.left_out.values()),
            "passport_sha256": digest,
        }
        self._note(order.identity, Action.EXPORT_ENDED, order.id, detail)

    def _note(
        self,
        identity: Identity,
        action: Action,
        target: str,
        detail: dict[str, DetailValue],
        *,
        outcome: str = "ok",
        reason: str = "",
    ) -> int:
        return self._ledger.record(
            Event(
                action,
                actor=identity.person.id,
                role=identity.person.role,
                session=identity.session_id,
                object=target,
                outcome=outcome,
                reason=reason,
                detail=detail,
            )
        )


def _known(formats: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        wrong = f"{unknown[0]} is no format." if unknown else "No format was named."
        raise Refused(wrong, f"Formats are: {', '.join(FORMATS)}.")
    return tuple(dict.fromkeys(formats))


def _require_valid(folder: Path, formats: Sequence[str]) -> None:
    problems = [sentence for name in formats for sentence in FORMATS[name].validate(folder)]
    problems += passport.validate(folder)
    if problems:
        raise Damaged(f"The set does not read back as it should: {problems[0]}", " ".join(problems[1:4]))


def _seconds(utterances: Sequence[Utterance]) -> float:
    return round(sum(utterance.duration for utterance in utterances), 3)
