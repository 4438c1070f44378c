"""The texts that open with a clip: draft, own work, returned work, hypotheses, word times."""

from dataclasses import dataclass, replace

from reviewer.labels.earlier import carried
from reviewer.labels.schema import Schema
from reviewer.model.people import Identity
from reviewer.model.task import Lease
from reviewer.session import past_work
from reviewer.session.clip_access import ClipAccess
from reviewer.session.draft_measurement import DraftMeasurement
from reviewer.session.drafts import Draft, Drafts
from reviewer.session.open_clip import ClipTexts
from reviewer.session.text_alignment import TextAlignment
from reviewer.session.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PrefetchedClip:
    """The next task, unsealed but not shown yet."""

    lease: Lease
    texts: ClipTexts


@dataclass(frozen=True, slots=True)
class OpenedTexts:
    """Unseals the texts that open with a clip, after the row of the opening; a reviewer starts without any
    hypotheses."""

    unit: UnitOfWork
    access: ClipAccess
    identity: Identity
    drafts: Drafts
    alignment: TextAlignment
    measurement: DraftMeasurement
    schema: Schema

    def of_lease(self, lease: Lease) -> ClipTexts:
        """The texts of the lease's task. Raises Damaged; Unavailable when a text has to come from a queue
        that is away."""
        blind = None
        if lease.blind_annotation is not None:
            own = self.unit.queue.annotation(lease.blind_annotation)
            blind = self.access.texts.unseal(self.identity, own)
        draft = self.drafts.load(self.identity, lease)
        own_work = Draft()
        if draft.history is None:
            own_work = past_work.taken_back_work(self.unit, self.access, self.identity, lease)
            draft = replace(own_work, position=draft.position)
        returned = past_work.returned_work(self.unit, self.access, self.identity, lease)
        before = own_work.annotation if returned is None else returned.annotation
        aligned = None
        if before is not None and lease.returned_annotation is not None:
            aligned = self.alignment.of_annotation(lease.returned_annotation, before)
        if returned is not None:
            returned = replace(returned, annotation=carried(returned.annotation, self.schema, returned.form))
        shown = self.measurement.shown(self.identity, lease)
        return ClipTexts(shown, draft.under(self.schema), returned, blind, aligned)
