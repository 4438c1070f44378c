"""What the two versions of a comparison are called: theirs and mine, or A and B."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class SideNames:
    """The words for both sides; ``mine`` stands before what the right side has, as in “S2, mine: S1”."""

    captions: tuple[str, str]
    spoken: tuple[str, str]
    only: tuple[str, str]
    mine: str
    in_mine: str
    figures: str
    """With the words that differ, the words of both, and the word error rate."""


def of_review() -> SideNames:
    """What was submitted, and the reviewer's own version."""
    return SideNames(
        captions=(
            _tr("Submitted (struck through: not in my version)"),
            _tr("My version (underlined: not in theirs)"),
        ),
        spoken=(_tr("Submitted"), _tr("My version")),
        only=(_tr("only submitted"), _tr("only in my version")),
        mine=_tr("mine"),
        in_mine=_tr("in mine"),
        figures=_tr("{0} of {1} words differ in the training text · WER {2} % against my version"),
    )


def of_passes(left: str, right: str) -> SideNames:
    """Two passes by the letters under which they are shown."""
    return SideNames(
        captions=(
            _tr("{0} (struck through: not in {1})").format(left, right),
            _tr("{1} (underlined: not in {0})").format(left, right),
        ),
        spoken=(_tr("Version {0}").format(left), _tr("Version {0}").format(right)),
        only=(_tr("only in {0}").format(left), _tr("only in {0}").format(right)),
        mine=right,
        in_mine=_tr("in {0}").format(right),
        figures=_tr("{0} of {1} words differ in the training text"),
    )


def of_late_draft() -> SideNames:
    """What was handed in since, and a late draft."""
    return SideNames(
        captions=(
            _tr("Handed in since (struck through: not in the draft)"),
            _tr("Late draft (underlined: not in the other)"),
        ),
        spoken=(_tr("Handed in since"), _tr("Late draft")),
        only=(_tr("only handed in"), _tr("only in the draft")),
        mine=_tr("draft"),
        in_mine=_tr("in the draft"),
        figures=_tr("{0} of {1} words differ in the training text"),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("qa", text)
