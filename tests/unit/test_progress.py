"""Groups, days and stuck clips from the list of clips."""

from datetime import date, timedelta

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import ListedClip
from reviewer.model.clock import to_micros
from reviewer.model.progress import (
    DayProgress,
    DonePass,
    StuckReason,
    days,
    groups,
    is_in_work,
    stuck,
    transcribed_at,
    whole_days,
)
from tests.factories import NOON

TODAY = NOON.date()


def a_clip(clip_id: str = "c1", **changes: object) -> ListedClip:
    facts = {
        "state": ClipState.READY, "locale": "en-US", "product": "translator", "seconds": 10.0, "has": (),
        "assigned": (), "did": (), "changed_at": to_micros(NOON), "passes": 1, "done": 0, "refusals": (),
    }  # fmt: skip
    return ListedClip(clip_id, **(facts | changes))


def at(days_ago: int) -> int:
    return to_micros(NOON - timedelta(days=days_ago))


def test_groups_count_clips_hours_and_how_far_they_are():
    clips = [
        a_clip("a", locale="he-IL", done=1),
        a_clip("b", locale="he-IL", state=ClipState.FINAL, done=1, seconds=5.0),
        a_clip("c", hold="reserved"),
    ]
    english, hebrew = groups(clips, lambda clip: clip.locale)
    assert (english.name, english.clips, english.transcribed, english.withheld) == ("en-US", 1, 0, 1)
    assert (hebrew.clips, hebrew.seconds, hebrew.transcribed, hebrew.finished) == (2, 15.0, 2, 1)


def test_purged_and_quarantined_clips_are_no_work():
    assert not any(is_in_work(a_clip(state=state)) for state in (ClipState.PURGED, ClipState.QUARANTINED))
    assert is_in_work(a_clip())


def test_a_clip_is_transcribed_with_the_last_of_its_passes():
    clips = [a_clip("a", passes=2), a_clip("b", passes=2), a_clip("c")]
    passes = [DonePass("a", "p1", 5), DonePass("a", "p2", 9), DonePass("b", "p1", 7), DonePass("c", "p1", 8)]
    assert transcribed_at(clips, passes) == {"a": 9, "c": 8}


def test_every_day_says_what_came_what_went_and_what_was_left():
    imported = {"a": at(3), "b": at(3), "c": at(1)}
    assert days(imported, {"a": at(1), "gone": at(1)}, TODAY) == (
        DayProgress(TODAY - timedelta(days=3), 2, 0, 2),
        DayProgress(TODAY - timedelta(days=2), 0, 0, 2),
        DayProgress(TODAY - timedelta(days=1), 1, 1, 2),
        DayProgress(TODAY, 0, 0, 2),
    )


def test_days_before_the_first_that_is_shown_count_in_what_is_left():
    shown = days({"a": at(200), "b": at(200)}, {"a": at(150)}, TODAY, most=2)
    assert [each.left for each in shown] == [1, 1]
    assert days({}, {}, TODAY) == ()


def test_the_pace_leaves_out_today_and_the_days_before_anybody_worked():
    progress = [DayProgress(date(2026, 1, 1), 0, count, 0) for count in (0, 0, 3, 0, 5, 9)]
    assert whole_days(progress) == [3, 0, 5]
    assert whole_days(progress, 2) == [0, 5]


def untaken(locale: str, skill: str) -> StuckReason | None:
    """English is spoken, and medical words are known."""
    if locale != "en-US":
        return StuckReason.NO_LANGUAGE
    return StuckReason.NO_SKILL if skill not in ("", "medical") else None


def test_clips_are_stuck_whose_skill_nobody_has_unless_somebody_is_at_them():
    clips = [
        a_clip("a", skill="legal"),
        a_clip("b", skill="medical"),
        a_clip("c", skill="legal", has=("Ana",)),
        a_clip("d", skill="legal", locale="he-IL"),
    ]
    found = stuck(clips, NOON, untaken)
    assert [(each.clip_id, each.reason, each.skill) for each in found] == [
        ("a", StuckReason.NO_SKILL, "legal"),
        ("d", StuckReason.NO_LANGUAGE, "legal"),
    ]


def test_clips_are_stuck_that_are_refused_held_long_or_spoken_by_nobody():
    long_ago = to_micros(NOON - timedelta(hours=25))
    clips = [
        a_clip("a", refusals=("expiry", "technical", "technical")),
        a_clip("b", state=ClipState.WITH_LEAD),
        a_clip("c", has=("Ana",), changed_at=long_ago),
        a_clip("d", has=("Ana",)),
        a_clip("e", locale="he-IL"),
        a_clip("f", locale="he-IL", done=1),
        a_clip("g", locale="he-IL", hold="reserved"),
        a_clip("h", refusals=("not_my_language", "taken", "not_my_language")),
    ]
    found = stuck(clips, NOON, untaken)
    assert [(each.clip_id, each.reason) for each in found] == [
        ("a", StuckReason.REFUSED),
        ("b", StuckReason.REFUSED),
        ("c", StuckReason.LONG_LEASE),
        ("e", StuckReason.NO_LANGUAGE),
    ]
