"""Seals the texts of a clip under its next key, without the words of the sound that was removed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reviewer.clips.alignments import AlignmentRepository
from reviewer.clips.content import Resealer
from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.task import draft_name
from reviewer.privacy.redaction import RemovedSound, hypothesis_without_words, without_words
from reviewer.queue.redaction_api import SealedText
from reviewer.session.drafts import Draft
from reviewer.transcript.history import History


@dataclass(slots=True)
class RedactedTexts:
    """The texts of one clip, in the transaction that replaces its key."""

    resealer: Resealer
    alignments: AlignmentRepository
    locale: str
    removed: tuple[RemovedSound, ...]
    earlier: tuple[RemovedSound, ...] = ()
    """What was removed from the clip before."""
    hypotheses: tuple[Hypothesis, ...] = ()
    annotations: dict[str, Annotation] = field(default_factory=dict)
    """As they are now."""
    before: dict[str, bytes] = field(default_factory=dict)
    """The bytes of each annotation as they were, with its author's signature if there is one."""
    unknown: set[RemovedSound] = field(default_factory=set)
    """The stretches whose words could not be told in some text."""

    @property
    def digests_before(self) -> dict[str, bytes]:
        """Their keyed digests under the old key, which verdicts name."""
        return {name: self.resealer.digest_before(plain) for name, plain in self.before.items()}

    def is_left(self, word: Word) -> bool:
        """Whether an aligned word was wholly kept."""
        return not any(word.start < one.removed.end and one.removed.start < word.end for one in self.removed)

    def hypothesis(self, hypothesis: Hypothesis) -> Hypothesis | None:
        return hypothesis_without_words(hypothesis, self.removed, self.locale)

    def text(self, text: SealedText) -> SealedText:
        """A text of the queue, sealed under the new key without the removed words. Raises Damaged."""
        plain = self.resealer.unseal(text.kind, text.name, text.sealed)
        digest = b""
        if text.kind is ContentKind.ANNOTATION:
            self.before[text.id] = plain
            plain = self._annotation(text.id, Annotation.from_bytes(plain)).to_bytes()
            digest = self.resealer.digest(plain)
        elif text.kind is ContentKind.LATE_DRAFT:
            plain = self._without_words(Annotation.from_bytes(plain)).to_bytes()
        return replace(text, digest=digest, sealed=self.resealer.seal(text.kind, text.name, plain))

    def text_or_itself(self, text: SealedText) -> SealedText:
        """As ``text``, but a text that does not open, or is no work, stays as it is; nothing opens it once
        the old key is gone.

        A server accepts whatever is submitted to it, and that must not prevent a redaction.
        """
        try:
            return self.text(text)
        except Damaged:
            return text

    def draft(self, task_id: str, person_id: str, sealed: bytes) -> bytes:
        """A draft without the removed words, and without its undo history, which would lead back to them."""
        name = draft_name(task_id, person_id)
        draft = Draft.from_bytes(self.resealer.unseal(ContentKind.DRAFT, name, sealed))
        if draft.annotation is not None:
            draft = replace(draft, history=History.of(self._without_words(draft.annotation)))
        return self.resealer.seal(ContentKind.DRAFT, name, draft.to_bytes())

    def version(self, version_id: str, sealed: bytes) -> bytes | None:
        """An earlier version without the removed words; None, to delete it, if it is not known which words
        these are."""
        plain = self.resealer.unseal(ContentKind.DRAFT_VERSION, version_id, sealed)
        annotation, is_known = without_words(
            Annotation.from_bytes(plain), self.removed, self._heard(), self.locale, self.earlier
        )
        if not is_known:
            return None
        body = json.loads(plain)
        body.pop("denied", None)  # it has no such key if nothing is left
        body |= annotation.to_table()  # the label form stands beside the annotation
        after = json.dumps(body, ensure_ascii=False).encode()
        return self.resealer.seal(ContentKind.DRAFT_VERSION, version_id, after)

    def _annotation(self, annotation_id: str, before: Annotation) -> Annotation:
        words = self.alignments.words_before(self.resealer, before, annotation_id)
        after = self._without_words(before, words)
        self.alignments.reseal(self.resealer, annotation_id, (before, after), self.is_left)
        self.annotations[annotation_id] = after
        return after

    def _without_words(self, annotation: Annotation, words: Sequence[Word] | None = None) -> Annotation:
        for one in self.removed:
            others = (*self.earlier, *self.removed)
            annotation, is_known = without_words(
                annotation, (one,), words or self._heard(), self.locale, others
            )
            if not is_known:
                self.unknown.add(one)
        return annotation

    def _heard(self) -> tuple[Word, ...]:
        """The words of the first recogniser's draft that has times."""
        return next((one.words for one in self.hypotheses if one.words), ())
