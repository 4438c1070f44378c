"""Imports a manifest: gate, sample, decoder, seal and queue, line by line."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reviewer.access.rights import Act, require
from reviewer.audio.decode.decoder import Decoded, Decoder
from reviewer.clips.new_clip import NewClip
from reviewer.clips.repository import PurgeReason
from reviewer.errors import Notice, Refused, ReviewerError, Unavailable
from reviewer.lead.audio_folder import audio_path
from reviewer.lead.intake_report import IntakeLog, IntakeOptions, IntakeReport, ReportRow
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.manifest import ManifestLine
from reviewer.lead.sampling import check_sample, draw_sample, interleaved_sort_keys
from reviewer.lead.sources import Source, read_source
from reviewer.model.clip import Clip, ClipState, ContentKind
from reviewer.model.held_back import HeldCode, HeldFind
from reviewer.model.hypothesis import MANIFEST_ENGINE, Hypothesis, Word
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

_LOG_ROWS_A_COMMIT = 200
_SAME_SOURCE = Decision.refuse(RefusalCode.DUPLICATE, "DUPLICATE_SOURCE")
_SAME_SAMPLES = Decision.refuse(RefusalCode.DUPLICATE, "DUPLICATE_AUDIO")
_WITHDRAWN = Decision.refuse(RefusalCode.WITHDRAWN)
_OUTSIDE_FOLDER = Decision.refuse(RefusalCode.BAD_VALUE, "AUDIO_OUTSIDE_FOLDER")

MakeDecoder = Callable[[], AbstractContextManager[Decoder]]
Progress = Callable[[int, int], None]
Arrived = Callable[[ReportRow], None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line that the gate did not refuse."""

    line: ManifestLine
    row: ManifestRow
    decision: Decision


class Intake:
    """Imports manifests into one workspace."""

    def __init__(self, unit: UnitOfWork, *, make_decoder: MakeDecoder, project: Project) -> None:
        self._unit = unit
        self._make_decoder = make_decoder
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
        """Imports the clips that the rules allow; one report row for each line but those outside the sample.

        ``progress`` gets the number of lines done and of all lines, ``arrived`` each row as it is known. A
        run that is killed or cancelled leaves each clip complete or absent; a second run refuses complete
        ones as duplicates and imports the others.

        Raises: NotAllowed for anybody but a lead; Refused for an invalid manifest or sample; Unavailable when
        disk or decoder fail. The content of a single line never raises.
        """
        require(identity.person, Act.IMPORT)
        if options.sample is not None:
            check_sample(options.sample, options.stratify)
        source = read_source(manifest, options.mapping)
        if not options.dry_run:
            self._unit.content.sweep()
        run = _IntakeRun(self._unit, self._project, identity, source, options, progress)
        run.arrived = arrived
        return run.import_lines(source.lines, self._make_decoder, cancelled)


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
        self._folder = source.folder
        self._options = options
        self._progress = progress
        self._total = len(source.lines)
        self._delivery = Delivery(unit, identity, Drafts(unit))
        self._log = IntakeLog(unit.log, identity)
        self._gate = Gate(project.intake, unit.clock.now())
        self._hashes = KeyedHashes(identity.keyring)
        self._seen: set[str] = set()
        self._rows: list[ReportRow] = []
        self._not_drawn = 0
        self._was_cancelled = False
        self.arrived: Arrived = lambda _row: None

    def import_lines(
        self, lines: Sequence[ManifestLine], make_decoder: MakeDecoder, cancelled: Callable[[], bool]
    ) -> IntakeReport:
        """Runs every line through gate, sample, decoder and seal; logs start and end."""
        self._log.record_start(self._total, self._options, self._source)
        self._deliver()
        try:
            self._tell_progress()
            candidates = self._sampled(self._gated(lines))
            with make_decoder() as decoder:
                self._import_all(decoder, candidates, cancelled)
        except BaseException:
            with suppress(ReviewerError):  # an error of the log must not hide the first one
                self._record_end("failed")
            raise
        self._record_end("cancelled" if self._was_cancelled else "ok")
        rows = tuple(sorted(self._rows, key=lambda row: row.line))
        said = self._source.consent_from
        return IntakeReport(rows, self._not_drawn, self._options.dry_run, self._was_cancelled, said)

    def _gated(self, lines: Sequence[ManifestLine]) -> list[_Candidate]:
        """Applies the cheap rules to every line; refused ones are reported and logged, many in one commit."""
        candidates: list[_Candidate] = []
        refused: list[tuple[ManifestLine, Decision]] = []
        for line in lines:
            decision = line.read if isinstance(line.read, Decision) else self._gate.decide(line.read)
            if isinstance(line.read, Decision) or decision.outcome is Outcome.REFUSED:
                refused.append((line, decision))
            else:
                candidates.append(_Candidate(line, line.read, decision))
        for first in range(0, len(refused), _LOG_ROWS_A_COMMIT):
            with self._unit.transaction():
                for line, decision in refused[first : first + _LOG_ROWS_A_COMMIT]:
                    self._refuse(line, decision)
        return candidates

    def _sampled(self, candidates: list[_Candidate]) -> list[_Candidate]:
        if self._options.sample is None:
            return candidates
        pool = self._not_here(candidates)
        rows = [candidate.row for candidate in pool]
        drawn = draw_sample(rows, self._options.sample, self._options.seed, self._options.stratify)
        self._not_drawn = len(candidates) - len(drawn)
        self._tell_progress()
        return [candidate for index, candidate in enumerate(pool) if index in drawn]

    def _not_here(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """The clips that a sample is drawn from: each source once, and none that was imported before."""
        by_source = {self._hashes.of_source_id(one.row.source_id): one for one in reversed(candidates)}
        return [
            one
            for source, one in reversed(by_source.items())
            if not self._unit.clips.has_source(source) or self._replaced_by(one, source) is not None
        ]

    def _import_all(
        self, decoder: Decoder, candidates: list[_Candidate], cancelled: Callable[[], bool]
    ) -> None:
        sort_keys = interleaved_sort_keys([self._hashes.of_speaker(one.row) for one in candidates])
        for candidate, sort_key in zip(candidates, sort_keys, strict=True):
            if cancelled():
                self._was_cancelled = True
                return
            refusal = self._import_clip(decoder, candidate, sort_key)
            if refusal is not None:
                self._refuse(candidate.line, refusal)

    def _import_clip(self, decoder: Decoder, candidate: _Candidate, sort_key: int) -> Decision | None:
        """Decodes, seals and queues one clip, or returns the refusal."""
        clips = self._unit.clips
        source = self._hashes.of_source_id(candidate.row.source_id)
        if self._is_withdrawn(source):
            return _WITHDRAWN
        replaced = self._replaced_by(candidate, source)
        if source in self._seen or (clips.has_source(source) and replaced is None):
            return _SAME_SOURCE
        path = audio_path(self._folder, candidate.row.audio)
        if path is None:
            return _OUTSIDE_FOLDER
        clip_id = f"c{secrets.token_hex(8)}"
        try:
            with self._unit.content.new_clip(clip_id) as new:
                decoded = decoder.decode(path, self._project.decode, new.create(ContentKind.AUDIO))
                samples = self._hashes.of_samples(decoded)
                if samples in self._seen or clips.of_samples(samples) not in (None, replaced):
                    return _SAME_SAMPLES
                if replaced is not None and not self._options.dry_run:
                    self._replace(replaced)
                clip = self._clip(clip_id, candidate.row, decoded, (source, samples))
                self._keep(candidate, decoded, clip, new, sort_key)
        except Refused as refused:
            code = refusal_code_of(refused.code)
            if code is None:
                raise  # the clip is not at fault
            return Decision(Outcome.REFUSED, code, refused.notice)
        self._seen |= {source, samples}
        return None

    def _replaced_by(self, candidate: _Candidate, source: str) -> str | None:
        """The clip in quarantine that this line corrects: nothing is found in its draft any more."""
        clip = self._unit.clips.of_source(source)
        if clip is None or candidate.decision.outcome is not Outcome.ACCEPTED:
            return None
        try:
            is_held = self._unit.queue.clip_state(clip) is ClipState.QUARANTINED
        except (Refused, Unavailable):  # it is not in the queue yet, or that is out of reach
            return None
        return clip if is_held else None

    def _replace(self, clip_id: str) -> None:
        """Purges the clip before the corrected one is imported; a killed run leaves it to the next."""
        destroy_clip(self._unit, self._identity, clip_id, PurgeReason.REPLACED, by_date=False)
        self._unit.content.sweep()
        list_purges(self._unit)

    def _keep(self, candidate: _Candidate, decoded: Decoded, clip: Clip, new: NewClip, sort_key: int) -> None:
        unit, keyring = self._unit, self._identity.keyring
        is_quarantined = candidate.decision.outcome is Outcome.QUARANTINED

        def in_transaction() -> None:
            if self._is_withdrawn(clip.source_hash):  # since the first check
                raise Refused("WITHDRAWN")
            if candidate.row.text:
                hypothesis = hypothesis_of(candidate.row, clip)
                unit.hypotheses.add(keyring, hypothesis)
                self._hold_back(clip, hypothesis)
            if candidate.row.reference:
                unit.references.add(keyring, clip.id, candidate.row.reference)
            passes = self._project.queue.passes
            self._delivery.add_clip(clip, passes=passes, sort_key=sort_key, quarantined=is_quarantined)
            self._log.record_line(candidate.line.number, candidate.decision, clip)

        if not self._options.dry_run:
            new.write(ContentKind.PEAKS, decoded.peaks)
            new.write(ContentKind.SPEECH, [decoded.speech])
            unit.content.add(keyring, clip, new, in_transaction)
            self._deliver()
        clip_id = "" if self._options.dry_run else clip.id
        self._report(candidate.line, candidate.decision, clip_id, decoded.notes)

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
        """Sends clips to a queue elsewhere; what does not get through goes with the next clip or import."""
        with suppress(Unavailable):
            self._delivery.deliver()

    def _clip(self, clip_id: str, row: ManifestRow, decoded: Decoded, hashes: tuple[str, str]) -> Clip:
        if row.consent_granted_at is None:
            raise AssertionError("the gate let a clip without consent pass")
        return Clip(
            id=clip_id,
            product=row.product,
            locale=row.locale,
            rate_hz=decoded.rate_hz,
            channels=decoded.channels,
            frames=decoded.frames,
            recorded_at=row.recorded_at,
            consent_granted_at=row.consent_granted_at,
            consent_withdrawn_at=self._consent_ends(row, hashes[0]),
            purge_at=purge_at(row.recorded_at, self._project.intake),
            imported_at=self._unit.clock.now(),
            source_hash=hashes[0],
            speaker_hash=self._hashes.of_speaker(row),
            samples_hash=hashes[1],
        )

    def _is_withdrawn(self, source: str) -> bool:
        at = self._unit.withdrawals.at(source)
        return at is not None and at <= self._unit.clock.now()

    def _consent_ends(self, row: ManifestRow, source: str) -> datetime | None:
        """By the manifest or by a list of withdrawals, whichever is earlier."""
        dates = [date for date in (row.consent_withdrawn_at, self._unit.withdrawals.at(source)) if date]
        return min(dates, default=None)

    def _refuse(self, line: ManifestLine, decision: Decision) -> None:
        if not self._options.dry_run:
            self._log.record_line(line.number, decision, None)
        self._report(line, decision, "", ())

    def _report(
        self, line: ManifestLine, decision: Decision, clip_id: str, notes: tuple[Notice, ...]
    ) -> None:
        self._rows.append(
            ReportRow(
                line.number, line.audio, decision.outcome, decision.code, decision.notice, clip_id, notes
            )
        )
        self.arrived(self._rows[-1])
        self._tell_progress()

    def _record_end(self, outcome: str) -> None:
        self._log.record_end(outcome, self._rows, self._not_drawn, is_dry_run=self._options.dry_run)

    def _tell_progress(self) -> None:
        self._progress(len(self._rows) + self._not_drawn, self._total)


def refusal_code_of(message_code: str) -> RefusalCode | None:
    """The reason that a message code belongs to: ``UNDECODABLE_CUT_SHORT`` is one of ``UNDECODABLE``."""
    for code in RefusalCode:
        if message_code == code or message_code.startswith(f"{code}_"):
            return code
    return None


def hypothesis_of(row: ManifestRow, clip: Clip) -> Hypothesis:
    """The recogniser output in a manifest row; word times in frames, none beyond the clip's end."""

    def frame(seconds: float) -> int:
        return min(clip.frames, round(seconds * clip.rate_hz))

    words = tuple(
        Word(word.word, frame(word.start_seconds), frame(word.end_seconds), word.confidence)
        for word in row.words
    )
    return Hypothesis(
        id=f"h{secrets.token_hex(8)}",
        clip_id=clip.id,
        engine=MANIFEST_ENGINE,
        version="",
        text=row.text,
        words=words,
    )
