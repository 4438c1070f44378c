"""Imports a manifest: gate and sample line by line, then decoder, seal and queue in batches."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from reviewer.access.rights import Act, require
from reviewer.clips.repository import PurgeReason
from reviewer.errors import Notice, Refused, ReviewerError, Unavailable
from reviewer.lead.audio_folder import AudioFolder
from reviewer.lead.batches import Batches
from reviewer.lead.clip_preparation import (
    FILES_WORTH_A_PROCESS,
    ClipPreparation,
    MakeDecoder,
    MakeProcess,
    PreparedClip,
    PreparingThread,
)
from reviewer.lead.imported_draft import hypothesis_of, notes_on_words
from reviewer.lead.intake_report import IntakeLog, IntakeOptions, IntakeReport, ReportRow
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.manifest import ManifestLine
from reviewer.lead.sampling import check_sample, draw_sample, interleaved_sort_keys
from reviewer.lead.sealed_spool import Spooled
from reviewer.lead.similar_ids import numbers_alike
from reviewer.lead.sources import Source, read_source
from reviewer.model.clip import Clip, ClipState
from reviewer.model.clock import to_micros
from reviewer.model.held_back import HeldCode, HeldFind
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.model.redaction import RedactionSource
from reviewer.privacy import pii
from reviewer.privacy.consent import purge_at
from reviewer.privacy.gate import Gate
from reviewer.privacy.manifest_row import Decision, ManifestRow, Outcome, RefusalCode
from reviewer.privacy.redaction import kind_of, spans_in_words
from reviewer.session.backup_lists import list_purges
from reviewer.session.delivery import Delivery
from reviewer.session.drafts import Drafts
from reviewer.session.due_purges import destroy_clip
from reviewer.session.redactions import propose
from reviewer.session.unit_of_work import UnitOfWork

_LINES_ASKED_AT_ONCE = 256
_CLIPS_A_COMMIT = 64
_COMMIT_SECONDS = 0.5
_LARGE_MANIFEST_BYTES = 1 << 18
"""With so many there are hardly fewer lines than are worth worker processes."""
_NOT_STORED = "IMPORT_NOT_STORED"
_ACCEPTED = Decision.accept()
_SAME_SOURCE = Decision.refuse(RefusalCode.DUPLICATE, "DUPLICATE_SOURCE")
_SAME_SAMPLES = Decision.refuse(RefusalCode.DUPLICATE, "DUPLICATE_AUDIO")
_WITHDRAWN = Decision.refuse(RefusalCode.WITHDRAWN)
_WITHDRAWN_ALIKE = Decision.refuse(RefusalCode.WITHDRAWN, "WITHDRAWN_ALIKE")
_OUTSIDE_FOLDER = Decision.refuse(RefusalCode.BAD_VALUE, "AUDIO_OUTSIDE_FOLDER")

Progress = Callable[[int, int], None]
Arrived = Callable[[ReportRow], None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line that the gate did not refuse."""

    line: ManifestLine
    row: ManifestRow
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Job:
    """A candidate on its way in, with the keyed hashes of its source and speaker.

    ``refusal`` if it is refused without a look at its file.
    """

    candidate: _Candidate
    source: str
    speaker: str
    sort_key: int
    refusal: Decision | None


@dataclass(frozen=True, slots=True)
class _Known:
    """Which sources and samples of some lines the workspace has already, asked for all of them at once."""

    withdrawn: Mapping[str, datetime]
    """Source -> when consent for it ends."""
    sources: Mapping[str, str]
    samples: Mapping[str, str]
    """Source or samples -> the clip that was imported of them."""


MakePreparation = Callable[[int], AbstractContextManager[ClipPreparation[_Job]]]
"""For so many files at most."""
_Prepared = tuple[_Job, PreparedClip | Refused | None]
_Decided = tuple[_Job, Decision, str, tuple[Notice, ...]]


class Intake:
    """Imports manifests into one workspace."""

    def __init__(
        self,
        unit: UnitOfWork,
        *,
        make_decoder: MakeDecoder,
        make_process: MakeProcess | None = None,
        project: Project,
    ) -> None:
        """``make_process``: a worker process for a large import, where there can be one."""
        self._unit = unit
        self._make_decoder = make_decoder
        self._make_process = make_process
        self._project = project

    def import_manifest(
        self,
        identity: Identity,
        manifest: Path,
        options: IntakeOptions,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
        arrived: Arrived = lambda _row: None,
    ) -> IntakeReport:
        """Imports the clips that the rules allow; returns a report row for each line inside the sample.

        ``progress`` is called with the number of lines done and of all lines, ``arrived`` with each row as
        soon as it is known. A run that is killed or cancelled leaves each clip complete or absent; a second
        run refuses the complete ones as duplicates and imports the others.

        Raises: NotAllowed for anybody but a lead; Refused for an invalid manifest or sample; Unavailable when
            disk or decoder fail. The content of a single line never raises.
        """
        require(identity.person, Act.IMPORT)
        if options.sample is not None:
            check_sample(options.sample, options.stratify)
        with ExitStack() as stack:
            prepare: MakePreparation = self._preparation
            if _is_large(manifest) and (options.sample or FILES_WORTH_A_PROCESS) >= FILES_WORTH_A_PROCESS:
                started = stack.enter_context(prepare(FILES_WORTH_A_PROCESS))  # while the lines are read
                prepare = lambda _files: nullcontext(started)  # noqa: E731
            source = read_source(manifest, options.mapping, partial(_spooled, self._unit.folder))
            if not source.lines:
                raise Refused("SOURCE_EMPTY", file=manifest.name)
            if not options.dry_run:
                self._unit.content.sweep()
            run = _IntakeRun(self._unit, self._project, identity, source, options, progress)
            run.arrived = arrived
            return run.import_lines(prepare, cancelled)

    def _preparation(self, files: int) -> ClipPreparation[_Job]:
        limits, process = self._project.decode, self._make_process
        return ClipPreparation(
            lambda: PreparingThread(self._unit.content, self._make_decoder, limits),
            None if process is None else lambda: process(limits),
            files=files,
        )


class _IntakeRun:
    """One import in progress; used once."""

    def __init__(
        self,
        unit: UnitOfWork,
        project: Project,
        identity: Identity,
        source: Source,
        options: IntakeOptions,
        progress: Progress,
    ) -> None:
        self._unit = unit
        self._project = project
        self._identity = identity
        self._source = source
        self._folder = AudioFolder(source.folder)
        self._options = options
        self._progress = progress
        self._total = len(source.lines)
        self._delivery = Delivery(unit, identity, Drafts(unit))
        self._log = IntakeLog(unit.log, identity)
        self._gate = Gate(project.intake, unit.clock.now())
        self._hashes = KeyedHashes(identity.keyring)
        self._seen: set[str] = set()
        """Sources and samples that no later line may have, and of which the workspace may say nothing."""
        self._replaced: dict[str, str] = {}
        self._speakers: list[str] = []
        """By the place of each line, the keyed hash of its speaker; empty if none could be read."""
        self._held: dict[int, Decision] = {}
        """Line, by its place -> why it would be quarantined."""
        self._rows = Spooled[ReportRow](unit.folder, _NOT_STORED)
        self._row_lines = array("Q")
        self._counts = Counter[Outcome]()
        self._not_drawn = 0
        self._was_cancelled = False
        self.arrived: Arrived = lambda _row: None

    def import_lines(self, prepare: MakePreparation, cancelled: Callable[[], bool]) -> IntakeReport:
        """Runs every line through gate, sample, decoder and seal; logs start and end."""
        self._log.record_start(self._total, self._options, self._source)
        self._deliver()
        try:
            self._tell_progress()
            with prepare(min(self._total, self._options.sample or self._total)) as preparation:
                candidates = self._sampled(self._corrections_first(self._gated()))
                self._import_all(preparation, candidates, cancelled)
        except BaseException:
            with suppress(ReviewerError):  # an error of the log must not hide the first one
                self._record_end("failed")
            raise
        self._record_end("cancelled" if self._was_cancelled else "ok")
        self._rows.sort_by(self._row_lines)
        return IntakeReport(
            self._rows,
            self._not_drawn,
            self._options.dry_run,
            self._was_cancelled,
            self._source.consent_from,
            self._source.unnamed_files,
        )

    def _gated(self) -> "array[int]":
        """Applies the cheap rules to every line; refused ones are reported and logged, many in one commit.

        Returns the places of the others.
        """
        candidates, shared = array("Q"), dict[str, str]()
        refused: list[tuple[ManifestLine, Decision]] = []
        for place, line in enumerate(self._source.lines):
            decision = line.read if isinstance(line.read, Decision) else self._gate.decide(line.read)
            speaker = "" if isinstance(line.read, Decision) else self._hashes.of_speaker(line.read)
            self._speakers.append(shared.setdefault(speaker, speaker))
            if decision.outcome is Outcome.REFUSED:
                refused.append((line, decision))
            else:
                candidates.append(place)
            if decision.outcome is Outcome.QUARANTINED:
                self._held[place] = decision
            if len(refused) == _LINES_ASKED_AT_ONCE:
                self._refuse(refused)
                refused.clear()
        self._refuse(refused)
        return candidates

    def _refuse(self, refused: Sequence[tuple[ManifestLine, Decision]]) -> None:
        if not refused:
            return
        with self._unit.transaction():
            if not self._options.dry_run:
                self._log.record_lines([(line.number, decision, None) for line, decision in refused])
            for line, decision in refused:
                self._report(line, decision, "", ())

    def _candidate(self, place: int) -> _Candidate:
        line = self._source.lines[place]
        if isinstance(line.read, Decision):
            raise TypeError("the gate refused this line")
        return _Candidate(line, line.read, self._held.get(place, _ACCEPTED))

    def _corrections_first(self, places: "array[int]") -> "array[int]":
        """Puts lines that would be quarantined last, because another line of the same source may correct
        them."""
        if not self._held:
            return places
        held = {place: self._candidate(place).row.source_id for place in self._held}
        sources = set(held.values())
        corrected = {
            source
            for place in places
            if place not in held and (source := self._candidate(place).row.source_id) in sources
        }
        return array("Q", sorted(places, key=lambda place: held.get(place) in corrected))

    def _sampled(self, places: "array[int]") -> "array[int]":
        if self._options.sample is None:
            return places
        pool = self._not_here(places)
        rows = [self._candidate(place).row for place in pool]
        drawn = draw_sample(rows, self._options.sample, self._options.seed, self._options.stratify)
        self._not_drawn = len(places) - len(drawn)
        self._tell_progress()
        return array("Q", (place for index, place in enumerate(pool) if index in drawn))

    def _not_here(self, places: "array[int]") -> list[int]:
        """The clips that a sample is drawn from: each source once, and none that was imported before."""
        by_source = {
            self._hashes.of_source_id(self._candidate(place).row.source_id): place
            for place in reversed(places)
        }
        known = self._known(by_source)
        return [
            place
            for source, place in reversed(by_source.items())
            if source not in known.sources
            or self._replaced_by(self._candidate(place), source, known) is not None
        ]

    def _import_all(
        self,
        preparation: ClipPreparation[_Job],
        candidates: Sequence[int],
        cancelled: Callable[[], bool],
    ) -> None:
        """Prepares clips ahead, and takes them in by batches, in the order of the lines."""
        with Batches(
            self._sync, self._take_in, _discard, most=_CLIPS_A_COMMIT, seconds=_COMMIT_SECONDS
        ) as batches:
            try:
                with closing(preparation.prepared(self._jobs(candidates, cancelled))) as clips:
                    for job, prepared in clips:
                        if isinstance(prepared, Refused) and refusal_code_of(prepared.code) is None:
                            raise prepared  # the file is not at fault
                        batches.add((job, prepared))
            finally:  # also what was ready before something failed
                batches.finish()

    def _jobs(
        self, candidates: Sequence[int], cancelled: Callable[[], bool]
    ) -> Iterator[tuple[_Job, Path | None]]:
        """The files to be decoded; none for a line whose refusal is known without."""
        imported_at = to_micros(self._unit.clock.now())
        sort_keys = interleaved_sort_keys([self._speakers[place] for place in candidates], imported_at)
        for first in range(0, len(candidates), _LINES_ASKED_AT_ONCE):
            places = candidates[first : first + _LINES_ASKED_AT_ONCE]
            part = [*map(self._candidate, places)]
            sources = [self._hashes.of_source_id(one.row.source_id) for one in part]
            known, doubtful = self._known(sources), self._withdrawn_alike(part)
            for place, candidate, source, sort_key in zip(
                places, part, sources, sort_keys[first : first + len(part)], strict=True
            ):
                if cancelled():
                    self._was_cancelled = True
                    return
                path = self._folder.resolved(candidate.row.audio)
                refusal = self._source_refused(candidate, source, known) or (
                    _WITHDRAWN_ALIKE if candidate.row.source_id in doubtful else None
                )
                refusal = refusal or (None if path else _OUTSIDE_FOLDER)
                job = _Job(candidate, source, self._speakers[place], sort_key, refusal)
                yield job, None if refusal else path

    def _withdrawn_alike(self, candidates: Iterable[_Candidate]) -> set[str]:
        """The numbers among the ids of which one with other zeros was withdrawn: a program may have changed
        them."""
        if not self._unit.withdrawals.is_any_recorded():
            return set()
        ids = {candidate.row.source_id for candidate in candidates}
        alike = {each: [*map(self._hashes.of_source_id, numbers_alike(each))] for each in ids}
        asked = sorted({source for sources in alike.values() for source in sources})
        withdrawn = self._unit.withdrawals.among(asked) if asked else {}
        return {each for each, sources in alike.items() if any(source in withdrawn for source in sources)}

    def _known(self, sources: Iterable[str], samples: Iterable[str] = ()) -> _Known:
        unit, sources = self._unit, list(sources)
        return _Known(
            unit.withdrawals.among(sources),
            unit.clips.of_sources(sources),
            unit.clips.of_many_samples(list(samples)),
        )

    def _known_of(self, batch: list[_Prepared]) -> _Known:
        sounds = (prepared for _, prepared in batch if isinstance(prepared, PreparedClip))
        samples = [self._hashes.of_samples(prepared.decoded) for prepared in sounds]
        return self._known([job.source for job, _ in batch], samples)

    def _take_in(self, batch: list[_Prepared]) -> None:
        """Commits all clips of a batch with their log rows, then reports their lines."""
        decided = self._looked_at(batch) if self._options.dry_run else self._committed(batch)
        for job, decision, clip_id, notes in decided:
            self._report(job.candidate.line, decision, clip_id, notes)

    def _sync(self, batch: list[_Prepared]) -> None:
        if not self._options.dry_run:
            self._unit.content.sync_new(
                prepared.new for _, prepared in batch if isinstance(prepared, PreparedClip)
            )

    def _looked_at(self, batch: list[_Prepared]) -> list[_Decided]:
        """The decisions of a dry run, which commits nothing."""
        known = self._known_of(batch)
        decided = [self._decided(job, prepared, known) for job, prepared in batch]
        return [(job, decision, "", notes) for job, decision, _, notes in decided]

    def _committed(self, batch: list[_Prepared]) -> list[_Decided]:
        known = self._known_of(batch)
        for job, prepared in batch:
            if job.source in known.sources:
                self._replace_held(job, prepared)
        with self._unit.content.adding(self._identity.keyring) as add:
            known = self._known_of(batch)
            decided = [self._decided(job, prepared, known) for job, prepared in batch]
            clips = [
                (self._clip(job, prepared, known), prepared.new)
                if isinstance(prepared, PreparedClip) and clip_id
                else None
                for (job, prepared), (_, _, clip_id, _) in zip(batch, decided, strict=True)
            ]
            add([each for each in clips if each is not None])
            lines: list[tuple[int, Decision, Clip | None]] = []
            for (job, decision, _, _), added in zip(decided, clips, strict=True):
                clip = added[0] if added else None
                if clip is not None:
                    self._record(job, clip)
                lines.append((job.candidate.line.number, decision, clip))
            self._log.record_lines(lines)
        # From here on the workspace says what these lines were: but of a source that was replaced it says
        # the same as before.
        self._seen = {source for source in self._seen if source in self._replaced}
        self._deliver()
        return decided

    def _decided(self, job: _Job, prepared: PreparedClip | Refused | None, known: _Known) -> _Decided:
        """What becomes of a line now, with the id of its clip unless it is refused."""
        candidate = job.candidate
        refusal = job.refusal
        if isinstance(prepared, Refused):
            refusal = Decision(Outcome.REFUSED, refusal_code_of(prepared.code), prepared.notice)
        refusal = refusal or self._source_refused(candidate, job.source, known)
        if refusal is not None or not isinstance(prepared, PreparedClip):
            return job, refusal or _OUTSIDE_FOLDER, "", ()
        samples = self._hashes.of_samples(prepared.decoded)
        if self._is_sound_known(samples, known, self._replaced_by(candidate, job.source, known)):
            return job, _SAME_SAMPLES, "", ()
        self._seen |= {job.source, samples}
        decoded = prepared.decoded
        notes = decoded.notes + notes_on_words(candidate.row, decoded.frames / decoded.rate_hz)
        return job, candidate.decision, prepared.clip_id, notes

    def _source_refused(self, candidate: _Candidate, source: str, known: _Known) -> Decision | None:
        ends = known.withdrawn.get(source)
        if ends is not None and ends <= self._unit.clock.now():
            return _WITHDRAWN
        is_here = source in known.sources and self._replaced_by(candidate, source, known) is None
        return _SAME_SOURCE if source in self._seen or is_here else None

    def _is_sound_known(self, samples: str, known: _Known, replaced: str | None) -> bool:
        return samples in self._seen or known.samples.get(samples) not in (None, replaced)

    def _replaced_by(self, candidate: _Candidate, source: str, known: _Known) -> str | None:
        """The clip in quarantine that this line corrects: nothing is found in its draft any more."""
        if source in self._replaced:
            return self._replaced[source]
        clip = known.sources.get(source)
        if clip is None or candidate.decision.outcome is not Outcome.ACCEPTED:
            return None
        try:
            is_held = self._unit.queue.clip_state(clip) is ClipState.QUARANTINED
        except (Refused, Unavailable):  # it is not in the queue yet, or that is out of reach
            return None
        return clip if is_held else None

    def _replace_held(self, job: _Job, prepared: PreparedClip | Refused | None) -> None:
        """Purges the clip before the corrected one is imported; a killed run leaves it to the next."""
        known = self._known_of([(job, prepared)])  # a clip before this one may have been replaced just now
        clip_id = self._replaced_by(job.candidate, job.source, known)
        if clip_id is None or not isinstance(prepared, PreparedClip):
            return
        if job.source in self._seen or job.source in self._replaced:
            return
        if self._is_sound_known(self._hashes.of_samples(prepared.decoded), known, clip_id):
            return
        self._replaced[job.source] = clip_id
        destroy_clip(self._unit, self._identity, clip_id, PurgeReason.REPLACED, by_date=False)
        self._unit.content.sweep()
        list_purges(self._unit)

    def _record(self, job: _Job, clip: Clip) -> None:
        """Writes everything about a clip except its own row, log row and files, in the transaction that
        imports it."""
        unit, keyring, candidate = self._unit, self._identity.keyring, job.candidate
        is_held = candidate.decision.outcome is Outcome.QUARANTINED
        if candidate.row.text:
            hypothesis = hypothesis_of(candidate.row, clip)
            unit.hypotheses.add(keyring, hypothesis)
            if is_held:  # in the texts of all others the gate has found nothing
                self._hold_back(clip, hypothesis)
        if candidate.row.reference:
            unit.references.add(keyring, clip.id, candidate.row.reference)
        passes = self._project.queue.passes
        self._delivery.add_clip(
            clip, passes=passes, sort_key=job.sort_key, quarantined=is_held, skill=candidate.row.skill
        )

    def _hold_back(self, clip: Clip, hypothesis: Hypothesis) -> None:
        """Records what was found in the draft; where its words have times, the spans are muted at once."""
        unit, now = self._unit, self._unit.clock.now()
        spans = spans_in_words(hypothesis.words, clip.locale)
        texts = {hypothesis.text, " ".join(word.text for word in hypothesis.words)}
        kinds = {find.kind.value for text in texts for find in pii.find(text, clip.locale)}
        finds: list[tuple[str, int | None, int | None]] = [(kind, None, None) for kind in sorted(kinds)]
        for found in spans:
            propose(unit, self._identity, clip, found.span, kind_of(found.kind), RedactionSource.DRAFT)
        if len(spans) >= len(finds):
            finds = [(found.kind.value, found.span.start, found.span.end) for found in spans]
        unit.held_finds.replace(
            clip.id, "", [HeldFind(clip.id, "", HeldCode.DRAFT, *find, now) for find in finds]
        )

    def _deliver(self) -> None:
        """Sends clips to a queue elsewhere; what cannot be sent now goes with the next clip or import."""
        with suppress(Unavailable):
            self._delivery.deliver()

    def _clip(self, job: _Job, prepared: PreparedClip, known: _Known) -> Clip:
        row, decoded = job.candidate.row, prepared.decoded
        if row.consent_granted_at is None:
            raise AssertionError("the gate let a clip without consent pass")
        return Clip(
            id=prepared.clip_id,
            product=row.product,
            locale=row.locale,
            rate_hz=decoded.rate_hz,
            channels=decoded.channels,
            frames=decoded.frames,
            recorded_at=row.recorded_at,
            consent_granted_at=row.consent_granted_at,
            consent_withdrawn_at=min(
                # by the manifest or by a list of withdrawals, whichever is earlier
                (date for date in (row.consent_withdrawn_at, known.withdrawn.get(job.source)) if date),
                default=None,
            ),
            purge_at=purge_at(row.recorded_at, self._project.intake),
            imported_at=self._unit.clock.now(),
            source_hash=job.source,
            speaker_hash=job.speaker,
            samples_hash=self._hashes.of_samples(decoded),
        )

    def _report(
        self, line: ManifestLine, decision: Decision, clip_id: str, notes: tuple[Notice, ...]
    ) -> None:
        row = ReportRow(
            line.number, line.audio, decision.outcome, decision.code, decision.notice, clip_id, notes
        )
        self._rows.append(row)
        self._row_lines.append(line.number)
        self._counts[decision.outcome] += 1
        self.arrived(row)
        self._tell_progress()

    def _record_end(self, outcome: str) -> None:
        self._log.record_end(outcome, self._counts, self._not_drawn, is_dry_run=self._options.dry_run)

    def _tell_progress(self) -> None:
        self._progress(len(self._rows) + self._not_drawn, self._total)


def _discard(batch: list[_Prepared]) -> None:
    for _, prepared in batch:
        if isinstance(prepared, PreparedClip):
            prepared.new.discard()


def _is_large(manifest: Path) -> bool:
    try:
        return manifest.is_file() and manifest.stat().st_size >= _LARGE_MANIFEST_BYTES
    except (OSError, ValueError):  # whoever reads it says why
        return False


def _spooled(folder: Path, lines: Iterable[ManifestLine]) -> Spooled[ManifestLine]:
    return Spooled(folder, _NOT_STORED, lines)


def refusal_code_of(message_code: str) -> RefusalCode | None:
    """The reason that a message code belongs to: ``UNDECODABLE_CUT_SHORT`` is one of ``UNDECODABLE``."""
    for code in RefusalCode:
        if message_code == code or message_code.startswith(f"{code}_"):
            return code
    return None
