"""How the work stands and when it may end, for the lead."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reviewer.access.working_time import working_times
from reviewer.garbage_collection import without_collection
from reviewer.lead.clip_list import ClipList
from reviewer.model.clip_list import ListedClip
from reviewer.model.clock import to_micros
from reviewer.model.language_tags import takes
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.model.progress import (
    DayProgress,
    DonePass,
    GroupProgress,
    PersonTotals,
    StuckClip,
    StuckReason,
    days,
    groups,
    is_in_work,
    stuck,
    transcribed_at,
    whole_days,
)
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.stats.completion import Completion, completion

RECENT_DAYS = 14


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """The progress of the project, computed now.

    ``left`` are the clips that lack a pass; ``estimate`` is None while there is too little to go by.
    ``ratio`` is working time to audio, of all contractors together.
    """

    at: datetime
    left: int
    left_seconds: float
    by_state: tuple[GroupProgress, ...]
    by_locale: tuple[GroupProgress, ...]
    by_product: tuple[GroupProgress, ...]
    people: tuple[PersonTotals, ...]
    days: tuple[DayProgress, ...]
    estimate: Completion | None
    ratio: float | None
    stuck: tuple[StuckClip, ...]
    late_drafts: int
    held_back: int
    on_hold: int


def project_progress(unit: UnitOfWork, identity: Identity, clip_list: ClipList) -> ProjectProgress:
    """Computes how the work stands, in a few statements, however many clips there are. Nothing is opened.

    It reads the list of clips, the passes, and the times in the log.
    """
    with without_collection():
        return _computed(unit, identity, clip_list)


def _computed(unit: UnitOfWork, identity: Identity, clip_list: ClipList) -> ProjectProgress:
    now = unit.clock.now()
    clips = clip_list.rows(identity)
    working = [clip for clip in clips if is_in_work(clip)]
    passes = list(unit.queue.done_passes())
    people = unit.people.all()
    imported = {clip_id: stored[3] for clip_id, stored in unit.clips.listed().items()}
    done_at = transcribed_at(working, passes)
    by_day = days(
        {clip.id: imported[clip.id] for clip in working if clip.id in imported}, done_at, now.date()
    )
    left = [clip for clip in working if clip.id not in done_at]
    totals = _people(unit, people, clips, passes, now)
    audio = sum(each.audio_seconds for each in totals)
    worked = sum(each.worked_seconds for each in totals)
    return ProjectProgress(
        at=now,
        left=len(left),
        left_seconds=sum(clip.seconds for clip in left),
        by_state=groups(clips, lambda clip: clip.state.value),
        by_locale=groups(working, lambda clip: clip.locale),
        by_product=groups(working, lambda clip: clip.product),
        people=totals,
        days=by_day,
        estimate=completion(whole_days(by_day, RECENT_DAYS), len(left)),
        ratio=worked / audio if audio else None,
        stuck=stuck(clips, now, _Takers(unit, people)),
        late_drafts=unit.queue.counts().late_drafts,
        held_back=sum(bool(clip.held_back) for clip in clips),
        on_hold=sum(bool(clip.hold) for clip in clips),
    )


class _Takers:
    """Says why no active contractor takes tasks of a locale and a skill; None where somebody does."""

    def __init__(self, unit: UnitOfWork, people: list[Person]) -> None:
        spoken, skilled = unit.queue.languages(), unit.queue.skills()
        self._people = [
            (spoken.get(person.id, ()), frozenset(skilled.get(person.id, ())))
            for person in people
            if person.role is Role.CONTRACTOR and person.state is PersonState.ACTIVE
        ]
        self._known: dict[tuple[str, str], StuckReason | None] = {}

    def __call__(self, locale: str, skill: str) -> StuckReason | None:
        route = locale, skill
        if route not in self._known:
            self._known[route] = self._untaken(locale, skill)
        return self._known[route]

    def _untaken(self, locale: str, skill: str) -> StuckReason | None:
        speakers = [skills for languages, skills in self._people if takes(languages, locale)]
        if not speakers:
            return StuckReason.NO_LANGUAGE
        return None if not skill or any(skill in skills for skills in speakers) else StuckReason.NO_SKILL


def _people(
    unit: UnitOfWork, people: list[Person], clips: list[ListedClip], passes: list[DonePass], now: datetime
) -> tuple[PersonTotals, ...]:
    seconds = {clip.id: clip.seconds for clip in clips}
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = to_micros(midnight - timedelta(days=RECENT_DAYS - 1))
    count: Counter[str] = Counter()
    recent: Counter[str] = Counter()
    audio: dict[str, float] = {}
    for each in passes:
        count[each.author] += 1
        recent[each.author] += each.made_at >= since
        audio[each.author] = audio.get(each.author, 0.0) + seconds.get(each.clip_id, 0.0)
    worked = working_times(unit.database)
    return tuple(
        PersonTotals(
            person.name,
            count[person.id],
            recent[person.id],
            audio.get(person.id, 0.0),
            worked.get(person.id, timedelta()).total_seconds(),
        )
        for person in sorted(people, key=lambda person: person.name.casefold())
        if person.role is Role.CONTRACTOR
    )
