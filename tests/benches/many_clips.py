"""Many clips with work on them, inserted straight into the tables: there is no sound behind them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from reviewer.model.clip import ClipState
from reviewer.model.clock import to_micros
from reviewer.model.task import SkipReason, TaskState
from tests.factories import NOON

LOCALES = ("en-US", "en-GB", "de-DE", "he-IL", "zh-CN", "fr-FR", "es-MX", "und")
PRODUCTS = ("translator", "cortana", "hololens")
_HOUR = 3_600_000_000
_STATES = (
    *(ClipState.READY for _ in range(9)), ClipState.IN_REVIEW, ClipState.REVIEWED, ClipState.REVIEWED,
    *(ClipState.FINAL for _ in range(6)), ClipState.EXPORTED, ClipState.QUARANTINED, ClipState.WITH_LEAD,
)  # fmt: skip
_TASKS = {
    ClipState.IN_REVIEW: TaskState.LEASED,
    ClipState.REVIEWED: TaskState.SUBMITTED,
    ClipState.FINAL: TaskState.ACCEPTED,
    ClipState.EXPORTED: TaskState.ACCEPTED,
}
_DONE = (TaskState.SUBMITTED, TaskState.ACCEPTED)


def add_many_clips(file: Path, count: int, people: Sequence[str], *, seed: int = 1) -> None:
    """Adds clips in every state, a third of them of two passes, a tenth skipped, a twentieth on hold."""
    random = Random(seed)
    now = to_micros(NOON)
    with closing(sqlite3.connect(file)) as connection, connection:
        routes = "INSERT OR IGNORE INTO queue_route (route, skill, locale) VALUES (?, '', ?)"
        connection.executemany(routes, [(locale, locale) for locale in LOCALES])
        for number in range(count):
            for table, row in _rows_of(number, random, now, people):
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))


def _rows_of(
    number: int, random: Random, now: int, people: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    clip_id, state, locale = f"c{random.getrandbits(64):016x}", random.choice(_STATES), random.choice(LOCALES)
    passes = random.choice((1, 1, 2))
    begun = now - random.randrange(24 * 60) * _HOUR
    yield "clip", _clip(clip_id, locale, number, random, begun)
    hold = "technical" if random.random() < 0.05 else ""
    yield "queue_clip", {
        "clip_id": clip_id, "state": state.value, "passes": passes, "route": locale, "hold": hold,
    }  # fmt: skip
    task_state = _TASKS.get(state, TaskState.OPEN)
    for pass_number in range(1, passes + 1):
        yield from _task(
            f"t{number}-{pass_number}", clip_id, locale, pass_number, task_state, begun, random, people
        )
    if random.random() < 0.1:
        for _ in range(random.randrange(1, 4)):
            yield "task_refusal", {
                "task_id": f"t{number}-1", "clip_id": clip_id, "person_id": random.choice(people),
                "kind": "skip", "reason": random.choice(tuple(SkipReason)).value, "at": begun + _HOUR,
            }  # fmt: skip


def _clip(clip_id: str, locale: str, number: int, random: Random, begun: int) -> dict[str, Any]:
    return {
        "id": clip_id, "product": random.choice(PRODUCTS), "locale": locale, "rate_hz": 16_000, "channels": 1,
        "frames": int(16_000 * random.lognormvariate(1.6, 0.8)) + 800, "recorded_at": begun - 90 * 24 * _HOUR,
        "consent_granted_at": begun - 100 * 24 * _HOUR, "purge_at": begun + 700 * 24 * _HOUR,
        "imported_at": begun - _HOUR, "source_hash": f"source {number}", "speaker_hash": "speaker",
        "samples_hash": f"samples {number}", "wrapped_key": b"key",
    }  # fmt: skip


def _task(
    task_id: str,
    clip_id: str,
    locale: str,
    number: int,
    state: TaskState,
    begun: int,
    random: Random,
    people: Sequence[str],
) -> Iterator[tuple[str, dict[str, Any]]]:
    is_open = state is TaskState.OPEN
    person = None if is_open else random.choice(people)
    yield "task", {
        "id": task_id, "clip_id": clip_id, "kind": "transcribe", "round": number, "state": state.value,
        "sort_key": random.getrandbits(32), "route": locale, "person_id": person,
        "lease_started": 0 if is_open else begun,
        "lease_until": begun + 9_999 * _HOUR if state is TaskState.LEASED else 0,
    }  # fmt: skip
    if state in _DONE:
        yield "annotation", {
            "id": f"a{task_id}", "submission_key": task_id, "task_id": task_id, "clip_id": clip_id,
            "author": person, "schema_version": "1", "conventions_version": "1", "digest": b"d",
            "sealed": b"s" * 600, "made_at": begun + _HOUR,
        }  # fmt: skip
