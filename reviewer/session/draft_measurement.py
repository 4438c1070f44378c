"""Measures how far a text moves from a recogniser's draft, with the draft hidden for a few tasks."""

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass

from reviewer.clips.draft_distances import DraftDistance
from reviewer.clips.keys import draw_key
from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.people import Identity
from reviewer.model.task import Lease, TaskKind
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.stats.wer import character_errors, word_errors
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.normalisation import normalise


@dataclass(frozen=True, slots=True)
class ShownDrafts:
    """What a person sees of a clip's hypotheses: all, or none where ``is_hidden``."""

    hypotheses: tuple[Hypothesis, ...] = ()
    is_hidden: bool = False


class DraftMeasurement:
    """Decides for each task whether its drafts are shown, and counts the errors when the work is submitted.

    The decision is the same at every opening of a task, also in rework. Its key is derived from the
    workspace's, so that a lead can verify it.
    """

    def __init__(self, unit: UnitOfWork, hidden_share: float) -> None:
        self._unit = unit
        self._share = hidden_share

    def is_hidden(self, identity: Identity, task_id: str) -> bool:
        """Whether HMAC-SHA256(key, task id), read as a fraction of 2**64, is below the share."""
        digest = hmac.digest(draw_key(identity.keyring), task_id.encode(), hashlib.sha256)
        return int.from_bytes(digest[:8], "big") < self._share * 2**64

    def shown(self, identity: Identity, lease: Lease) -> ShownDrafts:
        """The hypotheses to show for a lease; only transcriptions have any. Unseals; raises Damaged."""
        if lease.kind is not TaskKind.TRANSCRIBE:
            return ShownDrafts()
        if self.is_hidden(identity, lease.task_id):
            return ShownDrafts(is_hidden=True)
        return ShownDrafts(self._unit.hypotheses.of_clip(identity.keyring, lease.clip_id))

    def distances(
        self, identity: Identity, lease: Lease, annotation_id: str, annotation: Annotation, rules: Conventions
    ) -> tuple[DraftDistance, ...]:
        """The distances of a transcription from each draft with a text, shown or hidden; of a review none.

        Both are compared as training texts. A damaged draft is left out: it must not stop a hand-in.
        """
        if lease.kind is not TaskKind.TRANSCRIBE:
            return ()
        hypotheses: tuple[Hypothesis, ...] = ()
        with suppress(Damaged):
            hypotheses = self._unit.hypotheses.of_clip(identity.keyring, lease.clip_id)
        final = normalise(annotation.text_verbatim, rules)
        is_hidden = self.is_hidden(identity, lease.task_id)
        return tuple(
            DraftDistance(
                annotation_id, one.id, lease.task_id, lease.clip_id, one.engine, one.version, is_hidden,
                words=word_errors(final, draft), characters=character_errors(final, draft),
            )
            for one in hypotheses
            if one.text.strip()
            for draft in (normalise(one.text, rules),)
        )  # fmt: skip
