"""The figures of a queue for whoever watches it, and their text for Prometheus; they name nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reviewer.model.clip import ClipState
from reviewer.model.task import TaskKind, TaskState

_PREFIX = "reviewer_queue"


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Computed in one moment; ages are seconds, an age of 0 also means that there is nothing.

    ``tasks`` counts by kind and state. ``waiting`` counts by kind what could be claimed now. ``leases`` are
    ``live``, ``prefetch`` or ``expired``. A review waits since the submission, an adjudication since it was
    added; when a transcription became open is kept nowhere. ``claims`` and ``submissions`` are those of the
    last hour. ``unsent`` counts work that waits on people's machines, as their programs said last.
    """

    clips: Mapping[str, int]
    tasks: Mapping[str, Mapping[str, int]]
    waiting: Mapping[str, int]
    leases: Mapping[str, int]
    oldest_waiting: Mapping[str, float]
    oldest_lease: float
    claims: int
    submissions: int
    late_drafts: int
    unsent: int
    oldest_unsent: float


def prometheus_text(figures: QueueFigures | None) -> str:
    """The Prometheus text format, version 0.0.4; without figures only that there are none."""
    lines = _metric("up", "Whether the queue answered.", [({}, int(figures is not None))])
    if figures is not None:
        lines += _of(figures)
    return "\n".join(lines) + "\n"


def _of(figures: QueueFigures) -> list[str]:
    tasks = [
        ({"kind": kind.value, "state": state.value}, figures.tasks.get(kind, {}).get(state, 0))
        for kind in TaskKind
        for state in TaskState
    ]
    clips = {state.value: figures.clips.get(state, 0) for state in ClipState}
    return [
        *_metric("clips", "Clips by state.", _by("state", clips)),
        *_metric("tasks", "Tasks by kind and state.", tasks),
        *_metric("waiting", "Tasks that could be claimed now, by kind.", _by("kind", figures.waiting)),
        *_metric("leases", "Leases: live, prefetch or expired.", _by("state", figures.leases)),
        *_metric(
            "oldest_waiting_seconds", "How long the oldest has waited, by kind.",
            _by("kind", figures.oldest_waiting),
        ),
        *_metric("oldest_lease_seconds", "How long the oldest lease is held.", [({}, figures.oldest_lease)]),
        *_metric("claims_last_hour", "Leases given in the last hour.", [({}, figures.claims)]),
        *_metric("submissions_last_hour", "Work handed in in the last hour.", [({}, figures.submissions)]),
        *_metric("late_drafts", "Late drafts that wait for a decision.", [({}, figures.late_drafts)]),
        *_metric("unsent", "Work that waits on people's machines, as told last.", [({}, figures.unsent)]),
        *_metric("oldest_unsent_seconds", "How old the oldest of it is.", [({}, figures.oldest_unsent)]),
    ]  # fmt: skip


def _by(label: str, counts: Mapping[str, float]) -> list[tuple[dict[str, str], float]]:
    return [({label: name}, counts[name]) for name in sorted(counts)]


def _metric(name: str, help_text: str, samples: Iterable[tuple[dict[str, str], float]]) -> list[str]:
    full = f"{_PREFIX}_{name}"
    lines = [f"# HELP {full} {help_text}", f"# TYPE {full} gauge"]
    for labels, value in samples:
        said = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.append(f"{full}{{{said}}} {value:.15g}" if said else f"{full} {value:.15g}")
    return lines
