"""The sound of a muted span, for those who decide whether it is personal data."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.audio.io.muted_sound import muted_samples
from reviewer.audio.samples import Samples, Sound
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction, RedactionState, muted_spans


@dataclass(frozen=True, slots=True)
class MutedSpan:
    """What may be heard of a clip while its redaction is not decided; ``first`` is its first frame there."""

    redaction: Redaction
    first: int
    samples: Samples


def audible(sound: Sound, part: Span, redaction: Redaction, redactions: Sequence[Redaction]) -> Samples:
    """A part of a clip in which one proposed redaction can be heard, and nothing else that is muted.

    Where another proposed redaction overlaps it, the overlap is heard too; what was confirmed never is.
    """
    others = [one for one in redactions if one.id != redaction.id]
    confirmed = [one for one in others if one.state is RedactionState.CONFIRMED]
    plain = Samples(sound.rate_hz, sound.read(part.start, part.end))
    around = muted_samples(plain, _within(part, others, sound)).data.copy()
    its = slice(redaction.start - part.start, redaction.end - part.start)
    around[its] = muted_samples(plain, _within(part, confirmed, sound)).data[its]
    around.flags.writeable = False
    return Samples(sound.rate_hz, around)


def _within(part: Span, redactions: Sequence[Redaction], sound: Sound) -> list[Span]:
    spans = muted_spans(redactions, sound.rate_hz, sound.frames)
    return [
        Span(max(one.start, part.start) - part.start, min(one.end, part.end) - part.start)
        for one in spans
        if one.start < part.end and part.start < one.end
    ]
