"""Turns an act into a request for the queue, after checking every rule of this side."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256

from reviewer.access import signing
from reviewer.access.signed_verdict import SignedVerdict, sign_verdict
from reviewer.access.signed_work import sign_work
from reviewer.errors import (
    ClipOnHold,
    LeaseLapsed,
    LeaseLost,
    NotLeased,
    OpenElsewhere,
    Refused,
    Unavailable,
)
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.event import Action, DetailValue
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.redaction import RedactionSource
from reviewer.model.task import Lease, SealedAnnotation, SkipReason, TaskKind, Verdict, VerdictKind
from reviewer.privacy.denial import without_stale_denials
from reviewer.queue import outbox
from reviewer.queue.api import Receipt
from reviewer.session.acts import Decide, HandIn, Release, Skip, WorkAct
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_conditions import RIGHTS
from reviewer.session.coverage import Lack, Unheard
from reviewer.session.delivery import Delivery, Outcome, Record
from reviewer.session.draft_measurement import DraftMeasurement
from reviewer.session.draft_versions import DraftVersions, VersionReason
from reviewer.session.drafts import Drafts
from reviewer.session.listening_record import ListeningRecord
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.personal_data_marks import tell
from reviewer.session.redactions import propose, record_reasons
from reviewer.session.submission_checks import (
    is_answered_by_flag,
    require_complete,
    require_no_personal_data,
)
from reviewer.session.text_alignment import TextAlignment
from reviewer.session.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PreparedAct:
    """A request, and the records committed with it."""

    request: outbox.Request
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRequests:
    """The rules of submitting, skipping, releasing and deciding, for one signed-in person.

    All unsealing and reading happens here, before the transaction that commits the act.
    """

    unit: UnitOfWork
    identity: Identity
    access: ClipAccess
    drafts: Drafts
    versions: DraftVersions
    delivery: Delivery
    listening: ListeningRecord
    schema: Schema
    conventions: LocaleConventions
    measurement: DraftMeasurement
    alignment: TextAlignment
    judged: dict[str, bytes] = field(default_factory=dict)
    """The digests of the annotations that this person compared with their own, by id."""

    def prepare(self, act: WorkAct) -> PreparedAct:
        """Checks and seals; raises Refused (Incomplete, Unheard, NdaRequired, OpenElsewhere, consent ended
        ...)."""
        self.require_own(act.lease)
        right, is_put_back = RIGHTS[act.lease.kind], isinstance(act, Release)
        self.access.require(self.identity, right, settings_may_differ=is_put_back)
        if not is_put_back and self.access.is_open_elsewhere(self.identity, act.lease):
            raise OpenElsewhere
        match act:
            case HandIn(lease, annotation, parent):
                return self._hand_in(lease, annotation, parent)
            case Skip(lease, reason):
                return self._skip(lease, reason)
            case Release(lease):
                return self._release(lease)
            case Decide(lease, kind, comment):
                return self._decide(lease, kind, comment)

    def require_own(self, lease: Lease) -> None:
        """Raises NotLeased for a lease of somebody else."""
        if lease.person_id != self.identity.person.id:
            raise NotLeased

    def lost(self, lease: Lease) -> Refused | None:
        """The refusal to raise if somebody else has this task now, as far as this machine knows; else None.

        An expired lease is not lost until somebody else takes the task, and a hold does not end a lease.

        Raises: NotLeased.
        """
        if not self.delivery.answers_at_once:
            known = self.delivery.lost(lease)
            return None if isinstance(known, LeaseLapsed | ClipOnHold) else known
        try:
            self.unit.queue.check_lease(lease)
        except (LeaseLapsed, ClipOnHold):
            return None
        except LeaseLost as error:
            return error
        return None

    def _hand_in(self, lease: Lease, annotation: Annotation, parent: str | None) -> PreparedAct:
        self._require_pass(lease, parent)
        clip = self.access.openable(lease.clip_id)
        conventions = self.conventions.of(clip.locale)
        annotation = without_stale_denials(annotation)
        is_review = lease.kind is TaskKind.REVIEW
        if is_review:
            require_no_personal_data(annotation, clip.locale)
        else:
            require_complete(annotation, self.schema, conventions, clip.locale)
            self._require_heard(lease, self._lack(lease, clip, annotation))
        work = self._sealed(lease, annotation, conventions.id, parent)
        action = Action.REVIEW_SUBMITTED if is_review else Action.SUBMITTED
        detail: dict[str, DetailValue] = {
            "annotation": work.id,
            "kind": lease.kind.value,
            "digest": work.digest.hex(),
            "sealed": sha256(work.sealed).hexdigest(),
            "schema": work.schema_version,
            "conventions": work.conventions_version,
        }
        if parent is not None:
            detail["parent"] = parent
        distances = self.measurement.distances(self.identity, lease, work.id, annotation, conventions)
        if distances:
            detail["drafts_hidden"] = distances[0].is_hidden
        keep_alignment = self.alignment.seal(lease, work.id, annotation)

        def record(answer: Outcome) -> None:
            self.unit.draft_distances.add(distances)
            keep_alignment()
            if not (isinstance(answer, Receipt) and answer.is_repeated):
                self.delivery.record(action, lease, detail)
            self._mark_if(lease, is_distressing=Flag.DISTRESSING in annotation.flags)
            self._propose_redactions(lease, clip, annotation)
            record_reasons(self.unit, clip, work.id, annotation)
            self.versions.keep(self.identity, lease, annotation, VersionReason.SUBMITTED)
            self.drafts.discard(lease, keeps_versions=True)

        return PreparedAct(outbox.Submit(lease, work, self._signed_final(lease, work)), record)

    def _skip(self, lease: Lease, reason: SkipReason) -> PreparedAct:
        if reason is not SkipReason.TECHNICAL and not self._is_distressing(lease):
            clip = self.unit.clips.get(lease.clip_id)
            self._require_heard(lease, self.listening.lack_of_reason(lease, clip))

        def record(_answer: Outcome) -> None:
            self._mark_if(lease, is_distressing=reason is SkipReason.DISTRESSING)
            self.drafts.discard(lease)
            self.delivery.record(Action.TASK_SKIPPED, lease, {}, reason=reason)

        return PreparedAct(outbox.Skip(lease, reason), record)

    def _propose_redactions(self, lease: Lease, clip: Clip, annotation: Annotation) -> None:
        """Mutes the marked spans for everybody from now on."""
        unit, identity = self.unit, self.identity
        for span in annotation.spans:
            marked = Span(span.start, span.end)
            proposed = propose(unit, identity, clip, marked, span.kind, RedactionSource.LISTENER)
            if proposed is not None:
                tell(self.delivery, unit.content, identity.keyring, lease, proposed)

    def _is_distressing(self, lease: Lease) -> bool:
        """Whether the clip is marked as distressing, so that nothing of it need be heard before a skip.

        The queue is asked, because the mark may be newer than the lease; False if it cannot be reached. While
        acts are sent in the background nothing waits for the queue, and the lease decides.
        """
        if self.delivery.is_in_background:
            return lease.is_distressing
        with suppress(Unavailable):
            return self.unit.queue.is_distressing(lease.clip_id)
        return False

    def _mark_if(self, lease: Lease, *, is_distressing: bool) -> None:
        """Marks the clip as distressing, so that whoever opens it next is warned."""
        if is_distressing:
            self.delivery.mark_distressing(lease.clip_id)

    def _release(self, lease: Lease) -> PreparedAct:
        def record(_answer: Outcome) -> None:
            self.delivery.record(Action.TASK_RELEASED, lease, {})

        return PreparedAct(outbox.Release(lease), record)

    def _decide(self, lease: Lease, kind: VerdictKind, comment: str) -> PreparedAct:
        reviewed = lease.reviewed_annotation
        if lease.kind is not TaskKind.REVIEW or reviewed is None or kind is VerdictKind.PASSED:
            raise NotLeased
        if kind is VerdictKind.RETURNED and not comment.strip():
            raise Refused("RETURN_NEEDS_COMMENT")
        if lease.blind_annotation is None:
            raise Refused("BLIND_FIRST")
        clip = self.access.openable(lease.clip_id)
        if kind is VerdictKind.RETURNED:
            lack = self.listening.lack_of_reason(lease, clip)
        else:
            lack = self.listening.lack_of_speech(lease, clip, self.access.speech(self.identity, clip))
        self._require_heard(lease, lack)
        verdict_id = f"v{secrets.token_hex(10)}"
        sealed = self._sealed_comment(lease, verdict_id, comment)
        verdict = Verdict(
            verdict_id, lease.task_id, lease.clip_id, reviewed, kind, self.identity.person.id,
            self.unit.clock.now(), sealed, self._signed(lease, kind, reviewed),
        )  # fmt: skip

        def record(_answer: Outcome) -> None:
            self.drafts.discard(lease)
            detail: dict[str, DetailValue] = {
                "annotation": reviewed,
                "verdict": kind.value,
                "verdict_id": verdict_id,
            }
            self.delivery.record(Action.VERDICT, lease, detail)

        return PreparedAct(outbox.Decide(lease, verdict), record)

    def _signed_final(self, lease: Lease, work: SealedAnnotation) -> str:
        """An adjudicator's signed verdict on their own work, which is final; empty for other work, which
        somebody else judges."""
        if lease.kind is not TaskKind.ADJUDICATE:
            return ""
        return self._signed(lease, VerdictKind.ACCEPTED, work.id, work.digest)

    def _signed(
        self, lease: Lease, kind: VerdictKind, annotation_id: str, digest: bytes | None = None
    ) -> str:
        """The signed verdict that a queue elsewhere keeps; empty where the workspace's own log records
        verdicts."""
        if self.unit.queue.answers_at_once:
            return ""
        is_fixed = kind is VerdictKind.ACCEPTED_WITH_FIXES
        said = SignedVerdict(
            clip_id=lease.clip_id,
            task_id=lease.task_id,
            task_kind=lease.kind,
            annotation_id=annotation_id,
            digest=self._judged(annotation_id) if digest is None else digest,
            kind=kind,
            person_id=self.identity.person.id,
            at=self.unit.clock.now(),
            fixed_id=(lease.blind_annotation or "") if is_fixed else "",
        )
        return sign_verdict(said, self.unit.workspace_id, signing.signer(self.identity.keyring.signing_key))

    def _judged(self, annotation_id: str) -> bytes:
        """The digest of the text that was judged, as it was compared; else as the queue has it; else
        empty."""
        if annotation_id not in self.judged and not self.delivery.is_in_background:
            with suppress(Unavailable, Refused):  # the own version has not arrived yet
                self.judged[annotation_id] = self.unit.queue.annotation(annotation_id).digest
        return self.judged.get(annotation_id, b"")

    def _require_pass(self, lease: Lease, parent: str | None) -> None:
        """An adjudication starts from an accepted pass of its clip; other work has no such parent."""
        if parent is None:
            return
        passes = self.unit.queue.accepted_passes(lease.clip_id)
        if lease.kind is not TaskKind.ADJUDICATE or parent not in [one.id for one in passes]:
            raise NotLeased

    def _sealed(
        self, lease: Lease, annotation: Annotation, conventions_id: str, parent: str | None
    ) -> SealedAnnotation:
        plain, keyring = annotation.to_bytes(), self.identity.keyring
        # The same work sent twice is one annotation: its id comes from the lease's random submission key.
        annotation_id = f"a{sha256(lease.submission_key.encode()).hexdigest()[:20]}"
        self.delivery.hold_late(annotation_id, self.drafts.seal_late(self.identity, lease, plain))
        work = SealedAnnotation(
            id=annotation_id,
            task_id=lease.task_id,
            clip_id=lease.clip_id,
            author=self.identity.person.id,
            parent=parent or lease.returned_annotation,
            schema_version=self.schema.id,
            conventions_version=conventions_id,
            digest=b"",
            sealed=b"",
            made_at=self.unit.clock.now(),
        )
        signed = sign_work(plain, work, self.unit.workspace_id, keyring.signing_key)
        return replace(
            work,
            digest=self.unit.content.digest(keyring, lease.clip_id, signed),
            sealed=self.unit.content.seal(
                keyring, lease.clip_id, ContentKind.ANNOTATION, annotation_id, signed
            ),
        )

    def _sealed_comment(self, lease: Lease, verdict_id: str, comment: str) -> bytes | None:
        if not comment.strip():
            return None
        return self.unit.content.seal(
            self.identity.keyring, lease.clip_id, ContentKind.COMMENT, verdict_id, comment.strip().encode()
        )

    def _lack(self, lease: Lease, clip: Clip, annotation: Annotation) -> Lack | None:
        if is_answered_by_flag(annotation):
            return self.listening.lack_of_reason(lease, clip)
        return self.listening.lack_of_speech(lease, clip, self.access.speech(self.identity, clip))

    def _require_heard(self, lease: Lease, lack: Lack | None) -> None:
        """Raises Unheard, unless somebody else has the task by now: then the queue's refusal says more."""
        if lack is not None and self.lost(lease) is None:
            raise Unheard(lack)
