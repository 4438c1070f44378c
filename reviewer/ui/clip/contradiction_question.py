"""Asks about contradictions in the work, once for a clip, before it is submitted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from reviewer.errors import Notice
from reviewer.model.annotation import Annotation
from reviewer.session.contradictions import contradictions, likely_personal_data
from reviewer.ui.messages import translated_catalogue
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip


class ContradictionQuestion:
    """Remembers what was confirmed for the open clip, so that nothing is asked twice."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._clip: OpenClip | None = None
        self._confirmed: frozenset[str] = frozenset()

    def begin_clip(self, clip: "OpenClip") -> None:
        """Starts with another clip.

        What may be personal data in returned work was asked about when it was submitted.
        """
        before = clip.returned.annotation if clip.returned is not None else Annotation()
        answered = likely_personal_data(before, clip.clip.locale)
        self._clip, self._confirmed = clip, frozenset(map(_key, answered))

    def end_clip(self) -> None:
        """The clip was closed, or its work handed over."""
        self._clip = None

    def is_clear(self, annotation: Annotation, go_on: Callable[[], None]) -> bool:
        """Whether nothing is left to ask; else asks, and calls ``go_on`` when the person confirms."""
        clip = self._clip
        if clip is None:
            return True
        found = contradictions(annotation, clip.speech, clip.samples.rate_hz, clip.clip.locale)
        left = [notice for notice in found if _key(notice) not in self._confirmed]
        if left:
            self._ask(clip, left, go_on)
        return not left

    def _ask(self, clip: "OpenClip", left: list[Notice], go_on: Callable[[], None]) -> None:
        def confirm() -> None:
            if self._clip is clip:
                self._confirmed |= {_key(notice) for notice in left}
                go_on()

        words = translated_catalogue().words
        dialog = ConfirmDialog(
            self._window.tr("Is this right?"),
            "\n".join(words(notice).sentence for notice in left),
            self._window.tr("Submit anyway"),
            self._window,
        )
        dialog.accepted.connect(confirm)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _key(notice: Notice) -> str:
    """What is asked about only once: a contradiction, or these very words."""
    said = notice.parameters.get("said")
    return notice.code if said is None else f"{notice.code} {said}"
