"""Exports accepted work as a labelled set: validated, logged, and written atomically."""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from reviewer.access.audit_log import Head
from reviewer.access.checkpoint import Checkpoint
from reviewer.errors import Damaged, Refused, ReviewerError, Unavailable
from reviewer.files import sync_tree
from reviewer.formats import dataset_card, passport, webdataset
from reviewer.formats.catalogue import FORMATS, LOOK_AT_SOUND, Format, needs_clips, require_format_tags
from reviewer.formats.dataset import CLIPS
from reviewer.formats.output_folder import (
    is_gone,
    moved_into_place,
    plan_folder,
    require_free,
    temporary_folder,
    unmark,
)
from reviewer.formats.passport import Passport
from reviewer.formats.set_encryption import encrypt_set, require_recipients
from reviewer.formats.tags import marks_of
from reviewer.formats.titles import missing_package
from reviewer.formats.validation import lengths_known
from reviewer.formats.written_files import WrittenFiles
from reviewer.labels.schema import Schema
from reviewer.lead.export_audio import ExportAudio
from reviewer.lead.export_clips import clips_stay
from reviewer.lead.export_collection import Collected
from reviewer.lead.export_filter import Predicate, parse_filter
from reviewer.lead.export_preview import ExportPreview, preview_of
from reviewer.lead.export_rows import RowMaker
from reviewer.lead.export_shards import SHARDS, SetShards
from reviewer.lead.export_sounds import SetSounds
from reviewer.lead.keyed_hashes import Pseudonyms
from reviewer.lead.sealed_spool import LIST_BYTES_IN_MEMORY, SealedSpool
from reviewer.lead.selection import Selector
from reviewer.lead.set_options import SetOptions
from reviewer.lead.splits import Splits
from reviewer.model.clip import ClipState
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.model.task import FinalAnnotation
from reviewer.session.clip_access import ClipAccess
from reviewer.session.export_access import ExportAccess
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.unfinished_exports import UnfinishedExports, export_folder
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.conventions import Conventions

_USUAL = SetOptions()
_CLIPS_AT_ONCE = 1_000


class NothingToExport(Refused):
    """No clip, or no row of any of the formats, can be exported; the counts are those of ``ExportResult``."""

    def __init__(self, found: Collected) -> None:
        super().__init__("NOTHING_TO_EXPORT", clips=sum(found.left_out.values()))
        self.left_out, self.rows_left_out = found.left_out, found.rows_left_out


@dataclass(frozen=True, slots=True)
class ExportResult:
    """A set that was written and validated.

    ``left_out`` counts clips by reason; ``rows_left_out`` counts rows by reason, for each format that cannot
    hold them and, under ``segments``, the segments that are no row of a set that is cut. ``empty_formats``
    can hold none of the rows, and were not written.
    """

    folder: Path
    clips: int
    rows: int
    seconds: float
    left_out: dict[str, int]
    rows_left_out: dict[str, dict[str, int]]
    passport_sha256: str
    empty_formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Order:
    """The options of the export, and the end of the log when it began."""

    identity: Identity
    out: Path
    formats: tuple[str, ...]
    where: str | None
    options: SetOptions
    id: str
    head: Head
    checkpoint: Checkpoint

    def without(self, formats: Collection[str]) -> Self:
        """The same order without some of its formats."""
        return replace(self, formats=tuple(name for name in self.formats if name not in formats))


@dataclass(frozen=True, slots=True)
class _Written:
    """What is written before the rest of a set: its large files, and which formats are complete."""

    files: WrittenFiles
    formats: frozenset[str]


Progress = Callable[[int, int], None]


def _no_progress(_done: int, _all: int) -> None: ...


def _no_sound(_row: int) -> bytes:
    raise RuntimeError("this format was to be written without any sound")


class Export:
    """The only way to take accepted work out of a workspace."""

    def __init__(
        self,
        unit: UnitOfWork,
        access: ClipAccess,
        *,
        project: Project,
        schema: Schema,
        conventions: LocaleConventions,
        unfinished: UnfinishedExports,
        formats: Mapping[str, Format] = FORMATS,
    ) -> None:
        self._unit = unit
        self._access = ExportAccess(unit, access)
        self._project = project
        self._schema = schema
        self._selector = Selector(unit, access, conventions)
        self._conventions = conventions
        self._forms = unit.label_schemas
        self._formats = formats
        self._unfinished = unfinished

    def export_set(
        self,
        identity: Identity,
        out: Path,
        formats: Sequence[str],
        where: str | None = None,
        progress: Progress = _no_progress,
        *,
        options: SetOptions = _USUAL,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportResult:
        """Writes a set to ``out``, which must not exist; if anything fails, nothing is left.

        Raises: Refused (NotAllowed, NdaRequired, a bad filter or format, nothing to export, OUT exists),
            Unavailable when the disk fails or it was cancelled, Damaged when the set does not validate.
        """
        names, predicate = self._checked(identity, formats, where, options)
        require_free(out)
        if out.parent.resolve().is_relative_to(self._unit.folder.resolve()):
            raise Refused("OUTPUT_IN_WORKSPACE", folder=out.name)
        self._unfinished.remove()
        with ExitStack() as until_ended:
            order = self._start(identity, out, names, where, options, until_ended)
            try:
                return self._write(order, predicate, progress, is_cancelled)
            except BaseException as error:
                code = error.code if isinstance(error, ReviewerError) else type(error).__name__
                with self._unit.transaction():
                    if self._unit.exports.fail(order.id):
                        self._record(
                            identity, Action.EXPORT_ENDED, order.id, {}, outcome="failed", reason=code
                        )
                raise

    def preview(
        self,
        identity: Identity,
        formats: Sequence[str],
        where: str | None = None,
        *,
        options: SetOptions = _USUAL,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ExportPreview:
        """What a set would hold; texts are unsealed, with rows of the log, and nothing is written.

        Raises: Refused (NotAllowed, NdaRequired, a bad filter or format).
        """
        names, predicate = self._checked(identity, formats, where, options)
        found = self._collect(identity, names, predicate, options, is_cancelled, is_preview=True)
        return preview_of(found, names, options, self._unit.content.audio_bytes)

    def profiles(self) -> tuple[str, ...]:
        """The names of the text profiles of all conventions."""
        return tuple(sorted({name for one in self._every_conventions() for name in one.profiles}))

    def _every_conventions(self) -> tuple[Conventions, ...]:
        return self._conventions.project, *self._conventions.by_locale.values()

    def _checked(
        self, identity: Identity, formats: Sequence[str], where: str | None, options: SetOptions
    ) -> tuple[tuple[str, ...], Predicate]:
        self._access.require(identity)
        names = self._known(formats)
        options.require_valid()
        if options.encrypt_to:
            require_recipients(options.encrypt_to)
        known = self.profiles()
        if options.profile not in known:
            raise Refused("PROFILE_UNKNOWN", profile=options.profile, known=", ".join(known))
        for conventions in self._every_conventions():
            require_format_tags(conventions)
        return names, parse_filter(where, self._schema) if where else lambda _facts: True

    def _collect(
        self,
        identity: Identity,
        names: Sequence[str],
        predicate: Predicate,
        options: SetOptions,
        is_cancelled: Callable[[], bool],
        *,
        is_preview: bool = False,
        sounds: SetSounds | SetShards | None = None,
    ) -> Collected:
        """Selects clips and makes their rows, while their sound is written; little of it stays in memory."""
        hash_key = identity.keyring.hash_key
        maker = RowMaker(Pseudonyms(hash_key), Splits(hash_key, options.split), options)
        formats = {name: self._formats[name] for name in names}
        collected = Collected(formats, self._unit.folder)
        is_ordered = isinstance(sounds, SetShards)
        for some in self._selector.select(
            identity, predicate, options, is_preview=is_preview, in_order_of_rows=is_ordered
        ):
            rows = collected.add([(selected, list(maker.rows_of(selected))) for selected in some])
            if sounds is not None:
                sounds.add(rows)
            if is_cancelled():
                raise Unavailable("EXPORT_CANCELLED")
        collected.finish(self._selector.left_out, maker.left_out)
        return collected

    def _start(
        self,
        identity: Identity,
        out: Path,
        formats: tuple[str, ...],
        where: str | None,
        options: SetOptions,
        until_ended: ExitStack,
    ) -> _Order:
        """Records the start, and holds the lock by which others know that the export is running."""
        unit = self._unit
        checkpoint = unit.log.checkpoint("export")
        with unit.transaction():
            detail: dict[str, DetailValue] = {"formats": list(formats)}
            if options.encrypt_to:
                detail["encrypted_to"] = list(options.encrypt_to)
            started = self._record(identity, Action.EXPORT_STARTED, "", detail)
            export_id = f"e{started:08d}"
            try:
                until_ended.enter_context(unit.exports.locked(export_id))
            except OSError as error:
                raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
            unit.exports.start(export_id, identity.person.id, formats, unit.clock.now())
        return _Order(identity, out, formats, where, options, export_id, unit.log.head(), checkpoint)

    def _write(
        self, order: _Order, predicate: Predicate, progress: Progress, is_cancelled: Callable[[], bool]
    ) -> ExportResult:
        exports, planned = self._unit.exports, plan_folder(order.out)
        exports.intend(export_folder(order.id, planned), {})
        try:
            with clips_stay(), temporary_folder(planned) as folder:
                exports.folder_made(order.id)
                found, written = self._collect_and_write(order, folder, predicate, progress, is_cancelled)
                empty = found.formats_without_rows()
                digest = self._fill(folder, order.without(empty), found, written)
                if order.options.encrypt_to:
                    encrypt_set(folder, order.options.encrypt_to)
                sync_tree(folder)
                with moved_into_place(planned), self._unit.transaction_with_queue():
                    self._finish(order, found, digest)
        except BaseException:
            with suppress(ReviewerError):  # an error of the disk must not hide the first one
                if is_gone(planned):
                    exports.settle(order.id, self._unit.clock.now())
            raise
        unmark(planned)
        with suppress(ReviewerError):  # the set is complete, and the next start does what is left to do
            exports.settle(order.id, self._unit.clock.now())
        return ExportResult(
            order.out,
            found.clips,
            len(found.rows),
            round(found.statistics.seconds, 3),
            found.left_out,
            found.rows_left_out,
            digest,
            tuple(empty),
        )

    def _collect_and_write(
        self,
        order: _Order,
        folder: Path,
        predicate: Predicate,
        progress: Progress,
        is_cancelled: Callable[[], bool],
    ) -> tuple[Collected, _Written]:
        """The rows of the set, and what was written meanwhile."""
        done = _ClipsWritten(progress, self._unit.queue.counts().clips, is_cancelled)
        with self._writing(order, folder, done) as sounds:
            collect = partial(self._collect, order.identity, order.formats, predicate, order.options)
            found = collect(is_cancelled, sounds=sounds)
            if sounds is not None:
                sounds.open_rest()
            with self._unit.transaction():
                for items in found.rows.items(_CLIPS_AT_ONCE, 0 if sounds is None else sounds.rows_opened):
                    self._unit.exports.add_items(order.id, items)
            if not found.rows:
                raise NothingToExport(found)
            complete = self._write_without_sound(folder, order, found)
            written = WrittenFiles() if sounds is None else sounds.finish()
        if written:
            done.finish(found.clips)
        return found, _Written(written, complete)

    def _write_without_sound(self, folder: Path, order: _Order, found: Collected) -> frozenset[str]:
        """Writes the formats that need no sound, while a worker process may still be writing it."""
        formats = order.without({*found.formats_without_rows(), *LOOK_AT_SOUND}).formats
        names = [name for name in formats if not self._formats[name].HAS_OWN_AUDIO]
        for name in names:
            self._formats[name].write(folder, found.utterances(_no_sound, name))
        return frozenset(names)

    def _writing(
        self, order: _Order, folder: Path, done: "_ClipsWritten"
    ) -> AbstractContextManager[SetSounds | SetShards | None]:
        """What is written while rows are collected: separate files of sound, shards, or nothing."""
        given = (
            self._access,
            order.identity,
            folder,
            order.options,
            partial(self._unit.exports.add_items, order.id),
            done.tell,
            done.whole,
        )
        if needs_clips(order.formats):
            written = WrittenFiles(SealedSpool(self._unit.folder, "SET_NOT_WRITTEN", LIST_BYTES_IN_MEMORY))
            return SetSounds(*given, written)
        return SetShards(*given) if order.formats == (SHARDS,) else nullcontext()

    def _fill(self, folder: Path, order: _Order, found: Collected, before: _Written) -> str:
        """Writes and validates all other files of the set; gives the digest of its passport."""
        written = before.files
        audio = ExportAudio(self._access, order.identity, found.rows, order.options).read
        if not needs_clips(order.formats) and (folder / CLIPS).exists():
            shutil.rmtree(folder / CLIPS)  # the formats that needed them can hold none of the rows
            written = WrittenFiles()
        has_shards = written.count_in(webdataset.FOLDER) > 0
        for name in order.formats:
            if name not in before.formats and not (has_shards and name == SHARDS):
                written.add_all(self._formats[name].write(folder, found.utterances(audio, name)) or {})
        facts = self._passport(order, found)
        dataset_card.write(folder, asdict(facts))
        digest = passport.write(folder, facts, written)
        with lengths_known(written, found.lengths):
            problems = [problem for name in order.formats for problem in self._formats[name].validate(folder)]
        problems += passport.check_written(folder, digest, written)
        if problems:
            raise Damaged(problems[0].code, **problems[0].parameters)
        return digest

    def _passport(self, order: _Order, found: Collected) -> Passport:
        agreement = self._unit.acknowledgements.text(self._project.locale)
        names = Pseudonyms(order.identity.keyring.hash_key)
        profile = order.options.profile
        return Passport(
            export_id=order.id,
            made_at=to_iso(self._unit.clock.now()),
            made_by=names.person(order.identity.person.id),
            app_version=version("reviewer"),
            project=self._project.name,
            formats={name: self._formats[name].VERSION for name in order.formats},
            where=order.where,
            options=order.options.facts(),
            schema=self._schema.id,
            conventions={
                name: {
                    **one.profile(profile).facts(),
                    "format_tags": {each: marks_of(each, one, profile) for each in order.formats},
                }
                for name, one in sorted(found.conventions.items())
            },
            schemas=self._schemas_of(found),
            annotated_under={" ".join(names): rows for names, rows in found.annotated_under.items()},
            agreement={
                "version": agreement.version,
                "locale": agreement.locale,
                "sha256": agreement.sha256,
            },
            clips=found.clips,
            rows=len(found.rows),
            rows_without_text=found.rows_without_text,
            personal_data_denied=found.denied,
            seconds=round(found.statistics.seconds, 3),
            statistics=found.statistics.facts(),
            left_out=found.left_out,
            rows_left_out=found.rows_left_out,
            log_size=order.head.size,
            log_hash=order.head.hash.hex(),
            checkpoint=order.checkpoint.text,
        )

    def _schemas_of(self, collected: Collected) -> dict[str, dict[str, Any]]:
        """The label forms to which the set's answers belong, with all questions; of a form that is lost
        only its number."""
        kept = self._forms.all()
        found: dict[str, dict[str, Any]] = {}
        counted: Counter[str] = Counter()
        for (schema_id, _), rows in collected.annotated_under.items():
            counted[schema_id] += rows
        for schema_id, rows in sorted(counted.items()):
            form = kept.get(schema_id)
            facts = {"sha256": form.sha256, "form": form.schema.to_table()} if form else {}
            found[schema_id] = {"rows": rows, **facts}
        return found

    def _finish(self, order: _Order, found: Collected, digest: str) -> None:
        """Records that the set is complete, in the commit that names the folder.

        Raises Refused when a clip was withdrawn or purged since it was written, or this person may not export
        any more.
        """
        unit = self._unit
        self._access.require(order.identity)
        for items in found.rows.items(_CLIPS_AT_ONCE):
            self._access.require_openable(items)
            finals = unit.queue.finals(items)
            for clip_id, annotation_id in items.items():
                if clip_id not in finals:  # several passes that agree: the first one is exported
                    verdict = unit.queue.verdict_on(annotation_id)
                    if verdict is not None:
                        unit.queue.set_final(FinalAnnotation(clip_id, annotation_id, verdict.id))
            unit.queue.mark_exported(items)
        detail: dict[str, DetailValue] = {
            "clips": found.clips,
            "left_out": sum(found.left_out.values()),
            "passport_sha256": digest,
        }
        with unit.transaction():
            unit.exports.finish(order.id, digest)
            self._record(order.identity, Action.EXPORT_ENDED, order.id, detail)

    def _known(self, formats: Sequence[str]) -> tuple[str, ...]:
        known = ", ".join(self._formats)
        if not formats:
            raise Refused("NO_FORMAT", known=known)
        for name in formats:
            if name not in self._formats:
                raise Refused("UNKNOWN_FORMAT", format=name, known=known)
            if package := missing_package(name):
                raise Refused("FORMAT_NEEDS_PACKAGE", format=name, package=package)
        return tuple(dict.fromkeys(formats))

    def _record(
        self,
        identity: Identity,
        action: Action,
        target: str,
        detail: dict[str, DetailValue],
        *,
        outcome: str = "ok",
        reason: str = "",
    ) -> int:
        event = Event.by(identity, action, target, outcome=outcome, reason=reason, detail=detail)
        return self._unit.log.record(event)


class _ClipsWritten:
    """Progress out of all clips that may still come; how many the set holds is known only at the end."""

    def __init__(
        self, progress: Progress, clips: Mapping[str, int], is_cancelled: Callable[[], bool]
    ) -> None:
        self._progress = progress
        self._is_cancelled = is_cancelled
        self.whole = clips.get(ClipState.FINAL, 0) + clips.get(ClipState.EXPORTED, 0)

    def tell(self, done: int) -> None:
        """Raises Unavailable when the export is cancelled."""
        if self._is_cancelled():
            raise Unavailable("EXPORT_CANCELLED")
        self.whole = max(done, self.whole)
        self._progress(done, self.whole)

    def finish(self, clips: int) -> None:
        """Corrects the progress to the number of clips in the set."""
        if clips != self.whole:
            self._progress(clips, clips)
