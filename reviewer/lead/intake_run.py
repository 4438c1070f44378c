"""One import under way, line by line."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reviewer.access.ledger import Ledger
from reviewer.audio.decode.decoder import Decoded
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.errors import Refused, ReviewerError
from reviewer.lead import sampling
from reviewer.lead.intake_log import IntakeLog
from reviewer.lead.intake_options import IntakeOptions
from reviewer.lead.intake_report import IntakeReport, ReportRow
from reviewer.lead.interleaving import spread
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.manifest import ManifestLine
from reviewer.lead.manifest_fields import audio_path
from reviewer.model.clip import Clip
from reviewer.model.clock import Clock
from reviewer.model.people import Identity
from reviewer.model.project import DecodeLimits, Project
from reviewer.privacy.consent import purge_at
from reviewer.privacy.gate import Gate
from reviewer.privacy.offer import Code, Decision, ManifestRow, Outcome
from reviewer.queue.queue import Queue

_LOG_ROWS_A_COMMIT = 200
_SAME_SOURCE = Decision.refuse(Code.DUPLICATE, "This source is here already; the first one stands.")
_SAME_SOUND = Decision.refuse(Code.DUPLICATE, "The very same sound is here already; the first one stands.")
_OUTSIDE = Decision.refuse(Code.BAD_VALUE, "audio leads out of the manifest's folder.")


class OneFileDecoder(Protocol):
    """What is asked of ``audio.decode.Decoder``."""

    def decode(self, path: Path, limits: DecodeLimits) -> Decoded:
        """One file's sound; raises Refused with a code."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """The parts of a workspace that an import works with."""

    vault: Vault
    catalogue: Catalogue
    queue: Queue
    ledger: Ledger
    database: Database
    decoder: Callable[[], AbstractContextManager[OneFileDecoder]]
    project: Project
    clock: Clock


@dataclass(frozen=True, slots=True)
class Offer:
    """A line that its fields, consent, tokens and text do not refuse."""

    line: ManifestLine
    row: ManifestRow
    decision: Decision


class IntakeRun:
    """One import under way; used once."""

    def __init__(
        self,
        rooms: Rooms,
        identity: Identity,
        folder: Path,
        options: IntakeOptions,
        progress: Callable[[int, int], None],
        total: int,
    ) -> None:
        self._in = rooms
        self._identity = identity
        self._folder = folder
        self._options = options
        self._progress = progress
        self._total = total
        self._log = IntakeLog(rooms.ledger, identity)
        self._started_at = rooms.clock.now()
        self._hashes = KeyedHashes(identity.keyring)
        self._seen: set[str] = set()
        self._rows: list[ReportRow] = []
        self._not_drawn = 0
        self._was_cancelled = False

    def bring_in(self, lines: Sequence[ManifestLine], cancelled: Callable[[], bool]) -> IntakeReport:
        """Takes every line through the gate, the sample, the decoder and the seal; logs its start and end."""
        self._log.started(self._total, self._options)
        outcome = "failed"
        try:
            self._tell_progress()
            offers = self._drawn(self._offered(lines))
            self._take_all(offers, cancelled)
            outcome = "cancelled" if self._was_cancelled else "ok"
        except BaseException:
            with suppress(ReviewerError):  # what is already going wrong must not be hidden by its log row
                self._log.ended(outcome, self._rows, self._not_drawn, is_dry_run=self._options.dry_run)
            raise
        self._log.ended(outcome, self._rows, self._not_drawn, is_dry_run=self._options.dry_run)
        return IntakeReport.of(
            self._rows,
            not_drawn=self._not_drawn,
            is_dry_run=self._options.dry_run,
            was_cancelled=self._was_cancelled,
        )

    def _offered(self, lines: Sequence[ManifestLine]) -> list[Offer]:
        """Decides every line by the cheap rules; refused ones are reported and logged, many to a commit."""
        gate = Gate(self._in.project.intake, self._started_at)
        offers: list[Offer] = []
        refused: list[tuple[ManifestLine, Decision]] = []
        for line in lines:
            decision = line.read if isinstance(line.read, Decision) else gate.decide(line.read)
            if isinstance(line.read, Decision) or decision.outcome is Outcome.REFUSED:
                refused.append((line, decision))
            else:
                offers.append(Offer(line, line.read, decision))
        for first in range(0, len(refused), _LOG_ROWS_A_COMMIT):
            with self._in.database.transaction():
                for line, decision in refused[first : first + _LOG_ROWS_A_COMMIT]:
                    self._refuse(line, decision)
        return offers

    def _drawn(self, offers: list[Offer]) -> list[Offer]:
        if self._options.sample is None:
            return offers
        rows = [offer.row for offer in offers]
        taken = sampling.draw(rows, self._options.sample, self._options.seed, self._options.stratify)
        self._not_drawn = len(offers) - len(taken)
        self._tell_progress()
        return [offer for place, offer in enumerate(offers) if place in taken]

    def _take_all(self, offers: list[Offer], cancelled: Callable[[], bool]) -> None:
        sort_keys = spread([self._hashes.speaker(offer.row) for offer in offers])
        with self._in.decoder() as decoder:
            for offer, sort_key in zip(offers, sort_keys, strict=True):
                if cancelled():
                    self._was_cancelled = True
                    return
                refusal = self._take(decoder, offer, sort_key)
                if refusal is not None:
                    self._refuse(offer.line, refusal)

    def _take(self, decoder: OneFileDecoder, offer: Offer, sort_key: int) -> Decision | None:
        """Decodes, seals and queues one clip, or says why not."""
        source = self._hashes.source(offer.row)
        if source in self._seen or self._in.catalogue.has_source(source):
            return _SAME_SOURCE
        path = audio_path(self._folder, offer.row.audio)
        if path is None:
            return _OUTSIDE
        try:
            decoded = decoder.decode(path, self._in.project.decode)
            samples = self._hashes.samples(decoded)
            if samples in self._seen or self._in.catalogue.has_samples(samples):
                return _SAME_SOUND
            self._keep(offer, decoded, self._clip(offer, decoded, source, samples), sort_key)
        except Refused as refused:
            if refused.code not in set(Code):
                raise  # not the clip's fault
            return Decision.refuse(Code(refused.code), refused.sentence)
        self._seen |= {source, samples}
        return None

    def _keep(self, offer: Offer, decoded: Decoded, clip: Clip, sort_key: int) -> None:
        is_quarantined = offer.decision.outcome is Outcome.QUARANTINED

        def in_transaction() -> None:
            self._in.queue.add_clip(
                clip.id,
                passes=self._in.project.queue.passes,
                sort_key=sort_key,
                quarantined=is_quarantined,
            )
            self._log.line(offer.line.number, offer.decision, clip.id)

        if not self._options.dry_run:
            self._in.vault.add(
                self._identity.keyring,
                clip,
                decoded.flac,
                decoded.peaks,
                offer.row.text,
                in_transaction,
                speech=decoded.speech,
            )
        self._report(offer.line, offer.decision, "" if self._options.dry_run else clip.id, decoded.notes)

    def _clip(self, offer: Offer, decoded: Decoded, source: str, samples: str) -> Clip:
        row = offer.row
        if row.consent_granted_at is None:
            raise AssertionError("the gate let a clip pass that has no consent")
        return Clip(
            id=f"c{secrets.token_hex(8)}",
            product=row.product,
            locale=row.locale,
            rate_hz=decoded.rate_hz,
            channels=decoded.channels,
            frames=decoded.frames,
            recorded_at=row.recorded_at,
            consent_granted_at=row.consent_granted_at,
            consent_withdrawn_at=row.consent_withdrawn_at,
            purge_at=purge_at(row.recorded_at, self._in.project.intake),
            imported_at=self._in.clock.now(),
            source_hash=source,
            speaker_hash=self._hashes.speaker(row),
            samples_hash=samples,
        )

    def _refuse(self, line: ManifestLine, decision: Decision) -> None:
        if not self._options.dry_run:
            self._log.line(line.number, decision, "")
        self._report(line, decision, "", ())

    def _report(self, line: ManifestLine, decision: Decision, clip_id: str, notes: tuple[str, ...]) -> None:
        self._rows.append(
            ReportRow(
                line.number, line.audio, decision.outcome, decision.code, decision.sentence, clip_id, notes
            )
        )
        self._tell_progress()

    def _tell_progress(self) -> None:
        self._progress(len(self._rows) + self._not_drawn, self._total)
