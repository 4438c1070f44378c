"""How an import is to be done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How to import. ``sample`` clips are drawn by ``seed`` from those the cheap rules do not refuse."""

    sample: int | None = None
    seed: int = 0
    stratify: tuple[str, ...] = ()
    dry_run: bool = False
