"""The progress of the project: groups of clips, people, what is left by day, and clips that are stuck."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import TAKEN, ListedClip
from reviewer.model.clock import from_micros
from reviewer.model.task import SkipReason

MANY_REFUSALS = 3
LONG_LEASE = timedelta(hours=24)
_NOT_COUNTED = frozenset({TAKEN, SkipReason.NOT_MY_LANGUAGE.value})
_GONE = frozenset({ClipState.PURGED, ClipState.QUARANTINED})
_FINISHED = frozenset({ClipState.FINAL, ClipState.EXPORTED})


class DonePass(NamedTuple):
    """A pass that was submitted and stands: whose it is, and when it was made (microseconds)."""

    clip_id: str
    author: str
    made_at: int


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """Clips that have something in common. ``transcribed``: all their passes stand; ``finished``: they have
    their final text. Purged clips are in no group but that of their state."""

    name: str
    clips: int
    seconds: float
    transcribed: int
    finished: int
    withheld: int


@dataclass(frozen=True, slots=True)
class PersonTotals:
    """One contractor's passes that stand, the length of their audio, and the time worked in all."""

    name: str
    passes: int
    recent: int
    audio_seconds: float
    worked_seconds: float

    @property
    def ratio(self) -> float | None:
        """Working time to audio; None before there is audio."""
        return self.worked_seconds / self.audio_seconds if self.audio_seconds and self.passes else None


@dataclass(frozen=True, slots=True)
class DayProgress:
    """A day (UTC): clips imported and transcribed on it, and those left at its end."""

    day: date
    imported: int
    transcribed: int
    left: int


class StuckReason(StrEnum):
    """Why a clip does not get on."""

    REFUSED = "refused"
    """Skipped or expired three times or more, or with the lead for it."""
    LONG_LEASE = "long_lease"
    """Somebody has had it for a day and more."""
    NO_LANGUAGE = "no_language"
    """No active contractor takes its language."""
    NO_SKILL = "no_skill"
    """Nobody of those who take its language has the skill that it asks for."""


@dataclass(frozen=True, slots=True)
class StuckClip:
    """A clip that does not get on; ``count`` is of skips and expiries, ``since`` its last act.

    ``skill``: what its tasks ask for; empty: none.
    """

    clip_id: str
    locale: str
    reason: StuckReason
    count: int
    who: str
    since: datetime
    skill: str = ""


def groups(clips: Iterable[ListedClip], name: Callable[[ListedClip], str]) -> tuple[GroupProgress, ...]:
    """The clips by what ``name`` gives of each, in the order of names."""
    found: dict[str, list[float]] = {}
    for clip in clips:
        sums = found.setdefault(name(clip), [0, 0.0, 0, 0, 0])
        sums[0] += 1
        sums[1] += clip.seconds
        sums[2] += clip.done >= clip.passes or clip.state in _FINISHED
        sums[3] += clip.state in _FINISHED
        sums[4] += bool(clip.hold or clip.held_back)
    return tuple(
        GroupProgress(each, int(n), seconds, int(done), int(final), int(withheld))
        for each, (n, seconds, done, final, withheld) in sorted(found.items())
    )


def is_in_work(clip: ListedClip) -> bool:
    """Whether a clip counts as work at all: neither purged nor in quarantine."""
    return clip.state not in _GONE


def transcribed_at(clips: Iterable[ListedClip], passes: Iterable[DonePass]) -> dict[str, int]:
    """When the last pass of each clip came whose passes all stand, in microseconds."""
    needed = {clip.id: clip.passes for clip in clips}
    made: dict[str, list[int]] = {}
    for each in passes:
        made.setdefault(each.clip_id, []).append(each.made_at)
    return {clip_id: max(times) for clip_id, times in made.items() if len(times) >= needed.get(clip_id, 1)}


def days(
    imported_at: Mapping[str, int], done_at: Mapping[str, int], today: date, *, most: int = 90
) -> tuple[DayProgress, ...]:
    """What was left at the end of each day, the newest last: from the first import, at most ``most`` days.

    ``imported_at`` has every clip that counts, ``done_at`` those of them that are transcribed.
    """
    came = _by_day(imported_at.values())
    went = _by_day(at for clip_id, at in done_at.items() if clip_id in imported_at)
    if not came:
        return ()
    first = max(min((*came, *went)), today - timedelta(days=most - 1))
    left = sum(n for day, n in came.items() if day < first) - sum(n for day, n in went.items() if day < first)
    made = []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        left += came.get(day, 0) - went.get(day, 0)
        made.append(DayProgress(day, came.get(day, 0), went.get(day, 0), left))
    return tuple(made)


def whole_days(progress: Sequence[DayProgress], most: int = 14) -> list[int]:
    """What was transcribed on each of the last whole days, from the first that had any; today is not over."""
    counts = [each.transcribed for each in progress[:-1]]
    began = next((place for place, count in enumerate(counts) if count), len(counts))
    return counts[began:][-most:]


def stuck(
    clips: Iterable[ListedClip], now: datetime, untaken: Callable[[str, str], StuckReason | None]
) -> tuple[StuckClip, ...]:
    """Clips whose passes are not all there and that do not get on, each with the first reason that fits.

    ``untaken`` says of a locale and a skill why no active contractor takes them, or None.
    """
    found = []
    for clip in clips:
        if not is_in_work(clip) or clip.done >= clip.passes or clip.hold or clip.state in _FINISHED:
            continue
        since = from_micros(clip.changed_at)
        refusals = sum(each not in _NOT_COUNTED for each in clip.refusals)
        if refusals >= MANY_REFUSALS or clip.state is ClipState.WITH_LEAD:
            reason = StuckReason.REFUSED
        elif clip.has and now - since > LONG_LEASE:
            reason = StuckReason.LONG_LEASE
        elif not clip.has and (why := untaken(clip.locale, clip.skill)) is not None:
            reason = why
        else:
            continue
        who = ", ".join((*clip.has, *clip.assigned))
        found.append(StuckClip(clip.id, clip.locale, reason, refusals, who, since, clip.skill))
    return tuple(found)


def _by_day(times: Iterable[int]) -> dict[date, int]:
    counts: dict[int, int] = {}
    for at in times:
        number = at // _DAY_MICROS
        counts[number] = counts.get(number, 0) + 1
    return {_EPOCH + timedelta(days=number): count for number, count in counts.items()}


_DAY_MICROS = 86_400 * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()
