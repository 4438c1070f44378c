"""Exports accepted work as a labelled set: validated, logged, and written atomically."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reviewer.access.audit_log import Head
from reviewer.access.checkpoint import Checkpoint
from reviewer.access.rights import Act
from reviewer.audio.io.flac import cut_flac
from reviewer.errors import Damaged, Refused, ReviewerError, Unavailable
from reviewer.formats import passport
from reviewer.formats.catalogue import FORMATS, Format
from reviewer.formats.dataset import Utterance, write_clips
from reviewer.formats.output_folder import (
    is_gone,
    moved_into_place,
    plan_folder,
    require_free,
    temporary_folder,
    unmark,
)
from reviewer.formats.passport import Passport
from reviewer.labels.schema import Schema
from reviewer.lead.export_filter import parse_filter
from reviewer.lead.keyed_hashes import Pseudonyms
from reviewer.lead.selection import PROFILE, SelectedClip, Selection, Selector, utterance_of
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.model.task import FinalAnnotation
from reviewer.session.clip_access import ClipAccess
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.unfinished_exports import UnfinishedExports, export_folder
from reviewer.session.unit_of_work import UnitOfWork


class NothingToExport(Refused):
    """No clip can be exported; ``left_out`` counts clips by reason."""

    def __init__(self, left_out: Mapping[str, int]) -> None:
        super().__init__("NOTHING_TO_EXPORT", clips=sum(left_out.values()))
        self.left_out = left_out


@dataclass(frozen=True, slots=True)
class ExportResult:
    """A set that was written and validated. ``left_out`` counts clips by reason."""

    folder: Path
    clips: int
    seconds: float
    left_out: dict[str, int]
    passport_sha256: str


@dataclass(frozen=True, slots=True)
class _Order:
    """The options of the export, and the end of the log when it began."""

    identity: Identity
    out: Path
    formats: tuple[str, ...]
    where: str | None
    split: bool
    id: str
    head: Head
    checkpoint: Checkpoint


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
        self._access = access
        self._project = project
        self._schema = schema
        self._selector = Selector(unit, access, conventions)
        self._forms = unit.label_schemas
        self._formats = formats
        self._unfinished = unfinished

    def export_set(
        self,
        identity: Identity,
        out: Path,
        formats: Sequence[str],
        where: str | None = None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        *,
        split: bool = False,
    ) -> ExportResult:
        """Writes a set to ``out``, which must not exist; if anything fails, nothing is left.

        Raises: Refused (NotAllowed, NdaRequired, a bad filter or format, nothing to export, OUT exists),
            Unavailable when the disk fails, Damaged when the set does not validate.
        """
        self._access.require(identity, Act.EXPORT)
        names = self._known(formats)
        predicate = parse_filter(where, self._schema) if where else lambda _facts: True
        require_free(out)
        self._unfinished.remove()
        with ExitStack() as until_ended:
            order = self._start(identity, out, names, where, until_ended, split=split)
            try:
                selection = self._selector.select(identity, predicate)
                return self._write(order, selection, progress)
            except BaseException as error:
                code = error.code if isinstance(error, ReviewerError) else type(error).__name__
                with self._unit.transaction():
                    self._unit.exports.fail(order.id)
                    self._record(identity, Action.EXPORT_ENDED, order.id, {}, outcome="failed", reason=code)
                raise

    def _start(
        self,
        identity: Identity,
        out: Path,
        formats: tuple[str, ...],
        where: str | None,
        until_ended: ExitStack,
        *,
        split: bool,
    ) -> _Order:
        """Records the start, and holds the lock by which others know that the export is running."""
        unit = self._unit
        checkpoint = unit.log.checkpoint("export")
        with unit.transaction():
            started = self._record(identity, Action.EXPORT_STARTED, "", {"formats": list(formats)})
            export_id = f"e{started:08d}"
            try:
                until_ended.enter_context(unit.exports.locked(export_id))
            except OSError as error:
                raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
            unit.exports.start(export_id, identity.person.id, formats, unit.clock.now())
        return _Order(identity, out, formats, where, split, export_id, unit.log.head(), checkpoint)

    def _write(
        self, order: _Order, selection: Selection, progress: Callable[[int, int], None]
    ) -> ExportResult:
        if not selection.selected:
            raise NothingToExport(selection.left_out)
        utterances = self._utterances(order, selection)
        exports, planned = self._unit.exports, plan_folder(order.out)
        items = {one.clip.id: one.accepted.id for one in selection.selected}
        exports.intend(export_folder(order.id, planned), items)
        try:
            with temporary_folder(planned) as folder:
                exports.folder_made(order.id)
                write_clips(folder, utterances, progress)
                for name in order.formats:
                    self._formats[name].write(folder, utterances)
                digest = passport.write(folder, self._passport(order, selection, utterances))
                self._require_valid(folder, order.formats)
                with moved_into_place(planned), self._unit.transaction_with_queue():
                    self._finish(order, items, selection, digest)
            unmark(planned)
            exports.settle(order.id, self._unit.clock.now())
        except BaseException:
            with suppress(ReviewerError):  # an error of the disk must not hide the first one
                if is_gone(planned):
                    exports.settle(order.id, self._unit.clock.now())
            raise
        return ExportResult(
            order.out, len(utterances), _seconds(utterances), dict(selection.left_out), digest
        )

    def _utterances(self, order: _Order, selection: Selection) -> list[Utterance]:
        names = Pseudonyms(order.identity.keyring.hash_key)
        rows = (
            utterance_of(
                one, names.speaker(one.clip), partial(self._flac, order.identity, one), split=order.split
            )
            for one in selection.selected
        )
        return sorted(rows, key=lambda row: row.id)

    def _flac(self, identity: Identity, selected: SelectedClip) -> bytes:
        clip = selected.clip
        samples = self._access.open_for_export(identity, selected.accepted)
        if (samples.frames, samples.rate_hz, samples.channels) != (clip.frames, clip.rate_hz, clip.channels):
            raise Damaged("AUDIO_MISMATCH", clip=clip.id)
        return cut_flac(samples, 0, samples.frames)

    def _passport(self, order: _Order, selection: Selection, utterances: Sequence[Utterance]) -> Passport:
        agreement = self._unit.acknowledgements.text(self._project.locale)
        names = Pseudonyms(order.identity.keyring.hash_key)
        conventions = {one.conventions.id: one.conventions for one in selection.selected}
        return Passport(
            export_id=order.id,
            made_at=to_iso(self._unit.clock.now()),
            made_by=names.person(order.identity.person.id),
            app_version=version("reviewer"),
            project=self._project.name,
            formats={name: self._formats[name].VERSION for name in order.formats},
            where=order.where,
            split=order.split,
            schema=self._schema.id,
            conventions={name: one.profile(PROFILE).facts() for name, one in sorted(conventions.items())},
            schemas=self._schemas_of(utterances),
            annotated_under=dict(Counter(f"{u.schema_version} {u.conventions_version}" for u in utterances)),
            agreement={
                "version": agreement.version,
                "locale": agreement.locale,
                "sha256": agreement.sha256,
            },
            clips=len(utterances),
            clips_without_text=sum(not utterance.text for utterance in utterances),
            personal_data_denied=sum(one.has_denied for one in selection.selected),
            seconds=_seconds(utterances),
            left_out=selection.left_out,
            log_size=order.head.size,
            log_hash=order.head.hash.hex(),
            checkpoint=order.checkpoint.text,
        )

    def _schemas_of(self, utterances: Sequence[Utterance]) -> dict[str, dict[str, Any]]:
        """The forms of the set's answers with all their questions; nothing but the number for a lost one."""
        kept = self._forms.all()
        found: dict[str, dict[str, Any]] = {}
        for schema_id, clips in sorted(Counter(each.schema_version for each in utterances).items()):
            form = kept.get(schema_id)
            facts = {"sha256": form.sha256, "form": form.schema.to_table()} if form else {}
            found[schema_id] = {"clips": clips, **facts}
        return found

    def _finish(self, order: _Order, items: Mapping[str, str], selection: Selection, digest: str) -> None:
        """Records that the set is complete, in the commit that names the folder.

        Raises Refused when a clip was withdrawn or purged since it was written.
        """
        unit = self._unit
        for clip_id in items:
            self._access.openable(clip_id)
        for clip_id, annotation_id in items.items():
            if unit.queue.final(clip_id) is None:  # several passes that agree: the first one is exported
                verdict = unit.queue.verdict_on(annotation_id)
                if verdict is not None:
                    unit.queue.set_final(FinalAnnotation(clip_id, annotation_id, verdict.id))
        unit.queue.mark_exported(items)
        detail: dict[str, DetailValue] = {
            "clips": len(items),
            "left_out": sum(selection.left_out.values()),
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
        return tuple(dict.fromkeys(formats))

    def _require_valid(self, folder: Path, formats: Sequence[str]) -> None:
        problems = [problem for name in formats for problem in self._formats[name].validate(folder)]
        problems += passport.validate(folder)
        if problems:
            raise Damaged(problems[0].code, **problems[0].parameters)

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
        person = identity.person
        return self._unit.log.record(
            Event(action, person.id, person.role, identity.session_id, target, outcome, reason, detail)
        )


def _seconds(utterances: Sequence[Utterance]) -> float:
    return round(sum(utterance.duration for utterance in utterances), 3)
