"""The order of clips in the queue, so that one voice does not come in a row."""

from collections import Counter, defaultdict
from collections.abc import Sequence

_SPAN = 1 << 62


def spread(voices: Sequence[str]) -> list[int]:
    """A sort key below 2**62 for each clip, given the keyed hash (hexadecimal) of each clip's voice.

    The n clips of a voice are spread evenly over the whole span, from a beginning that its hash decides; so
    clips of other voices fall between them, those of another import too.
    """
    counts = Counter(voices)
    taken: defaultdict[str, int] = defaultdict(int)
    keys = []
    for voice in voices:
        offset = int(voice[:15], 16) % _SPAN  # 60 bits of the hash, as a part of one step
        step = _SPAN // counts[voice]
        keys.append(taken[voice] * step + offset * step // (1 << 60))
        taken[voice] += 1
    return keys
