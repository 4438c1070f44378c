"""A contractor's work: transcription tasks, and nothing else."""

from dataclasses import dataclass

from reviewer.model.task import TaskKind
from reviewer.session.work_session import WorkSession

KINDS = frozenset({TaskKind.TRANSCRIBE})


@dataclass(frozen=True, slots=True)
class DeskSession:
    """Everything a contractor can do, for one signed-in person."""

    work: WorkSession
