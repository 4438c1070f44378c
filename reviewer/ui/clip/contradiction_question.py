"""Asks about contradictions in the work, once for a clip, before it is submitted."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from reviewer.errors import Notice
from reviewer.model.annotation import Annotation
from reviewer.privacy.denial import denial_of
from reviewer.session.contradictions import contradictions
from reviewer.ui.messages import translated_catalogue
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog

if TYPE_CHECKING:
    from reviewer.session.open_clip import OpenClip
    from reviewer.ui.clip.clip_view import ClipView


class ContradictionQuestion:
    """Remembers what was confirmed for the open clip, so that nothing is asked twice.

    A "no" about likely personal data goes into the work itself, and holds for as long as the work is kept.
    """

    def __init__(self, view: "ClipView") -> None:
        self._view = view
        self._clip: OpenClip | None = None
        self._confirmed: frozenset[str] = frozenset()

    def begin_clip(self, clip: "OpenClip") -> None:
        """Starts with another clip."""
        self._clip, self._confirmed = clip, frozenset()

    def end_clip(self) -> None:
        """The clip was closed, or its work handed over."""
        self._clip = None

    def is_clear(self, annotation: Annotation, go_on: Callable[[], None]) -> bool:
        """Whether nothing is left to ask; else asks, and calls ``go_on`` when the person confirms."""
        clip = self._clip
        if clip is None:
            return True
        find_in = self._view.personal_data.find
        found = contradictions(annotation, clip.speech, clip.samples.rate_hz, clip.clip.locale, find_in)
        left = [notice for notice in found if notice.code not in self._confirmed]
        if left:
            self._ask(clip, left, go_on)
        return not left

    def _ask(self, clip: "OpenClip", left: list[Notice], go_on: Callable[[], None]) -> None:
        def confirm() -> None:
            if self._clip is clip:
                self._confirmed |= {notice.code for notice in left if "said" not in notice.parameters}
                self._deny(notice.parameters["said"] for notice in left if "said" in notice.parameters)
                go_on()

        words = translated_catalogue().words
        dialog = ConfirmDialog(
            self._view.tr("Is this right?"),
            "\n".join(words(notice).sentence for notice in left),
            self._view.tr("Submit anyway"),
            self._view,
        )
        dialog.accepted.connect(confirm)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _deny(self, words: Iterable[object]) -> None:
        denied = frozenset(denial_of(str(one)) for one in words)
        panel = self._view.transcription
        if denied:
            panel.edit(panel.document.with_denied(panel.annotation.denied | denied))
