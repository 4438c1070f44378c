"""An adjudication on the screen: two accepted passes side by side, one of them taken or edited."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from reviewer.model.annotation import Annotation
from reviewer.model.hypothesis import Word
from reviewer.model.intervals import Span
from reviewer.model.task import Lease
from reviewer.session.acts import HandIn
from reviewer.ui.clip.workspace import ClipWorkspace
from reviewer.ui.comparison.comparison_panel import ComparisonPanel
from reviewer.ui.comparison.side_names import of_passes
from reviewer.ui.messages import Message
from reviewer.ui.qa.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from reviewer.qa.session import PassVersion, QaSession
    from reviewer.session.comparison import Comparison
    from reviewer.transcript.edits import Segments

_LETTERS = "ABCDEFGHI"


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two versions by their places, compared."""

    left: int
    right: int
    comparison: "Comparison"


class Adjudication(QObject):
    """Which versions are shown, and which one the adjudicator's text comes from.

    ``has_heard`` says whether enough was heard for a version to be taken, and shows what was not.
    """

    versions_read = Signal(bool)
    """Carries whether there are versions to compare."""

    def __init__(
        self,
        qa: "QaSession",
        workspace: ClipWorkspace,
        panel: ComparisonPanel,
        choice: ChoiceBar,
        has_heard: Callable[[Annotation], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._qa = qa
        self._workspace = workspace
        self._panel = panel
        self._choice = choice
        self._has_heard = has_heard
        self._versions: tuple[PassVersion, ...] = ()
        self._pairs: tuple[_Pair, ...] = ()
        self._pair = 0
        self._heard: tuple[Word, ...] = ()
        self._is_typed = False
        choice.use_requested.connect(self._on_use_requested)
        choice.edit_requested.connect(self._on_edit_requested)
        choice.next_requested.connect(self._on_next_requested)

    @property
    def segments(self) -> "Segments":
        """The segments of the version on the left, for the waveform."""
        return self._pairs[self._pair].comparison.theirs.segments if self._pairs else ()

    def begin(self, heard: Sequence[Word], *, has_draft: bool) -> None:
        """Reads the versions of the open clip; ``has_draft``: the adjudicator's own text is shown first."""
        self.end()
        self._heard, self._is_typed = tuple(heard), has_draft
        self._workspace.presenter.run(self._read, self._show_read)

    def end(self) -> None:
        """The clip left the screen."""
        self._versions, self._pairs, self._pair = (), (), 0
        self._heard = ()

    def submit(self) -> None:
        """Hands in the text that is shown; it is final."""
        self._workspace.presenter.submit(self._hand_in)

    @Slot()
    def show_versions(self) -> None:
        """Shows both versions, from the text back to the comparison."""
        if not self._pairs:
            return
        pair, view = self._pairs[self._pair], self._workspace.view
        left, right = _LETTERS[pair.left], _LETTERS[pair.right]
        self._choice.show_names(left, right, self._next_names())
        self._panel.show_comparison(pair.comparison, self._heard, of_passes(left, right))
        view.show_stage(self._panel)
        spans = [Span(each.start, each.end) for each in self.segments]
        self._workspace.playback.set_segments(spans)
        hint = self.tr("Take one as it is, or edit one into a version of your own. Your decision is final.")
        view.message.show_message(Message(self.tr("The passes of this clip differ."), hint))
        texts = self._panel.segments if self._panel.theirs.isHidden() else self._panel.theirs
        texts.setFocus(Qt.FocusReason.OtherFocusReason)  # not a button: a space must not decide

    def _read(self, lease: Lease) -> "tuple[tuple[PassVersion, ...], tuple[_Pair, ...]]":
        """On the pool: the versions, and each compared with each other one."""
        versions = self._qa.pass_versions(lease)
        pairs = tuple(
            _Pair(left, right, self._qa.compare_versions(lease, versions[left], versions[right]))
            for left, right in combinations(range(len(versions)), 2)
        )
        return versions, pairs

    def _show_read(self, read: "tuple[tuple[PassVersion, ...], tuple[_Pair, ...]]") -> None:
        self._versions, self._pairs = read
        self.versions_read.emit(bool(self._pairs))
        if not self._pairs:
            sentence = self.tr("Type what you hear: your text replaces the one that was accepted.")
            self._workspace.view.message.show_message(Message(sentence))
        elif self._is_typed:
            self._say_editing(self.tr("Your draft was restored."))
        else:
            self.show_versions()

    @Slot(int)
    def _on_use_requested(self, side: int) -> None:
        version = self._version(side)
        if version is not None and self._has_heard(version.annotation):
            self._take(version)
            self.submit()

    @Slot(int)
    def _on_edit_requested(self, side: int) -> None:
        version = self._version(side)
        if version is not None:
            self._take(version)
            self._say_editing(self.tr("Change what is wrong, then submit."))
            self._workspace.view.transcription.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_next_requested(self) -> None:
        self._pair = (self._pair + 1) % max(len(self._pairs), 1)
        self.show_versions()

    def _next_names(self) -> tuple[str, str] | None:
        """The letters of the pair that is shown next, if there is another."""
        if len(self._pairs) < 2:
            return None
        pair = self._pairs[(self._pair + 1) % len(self._pairs)]
        return _LETTERS[pair.left], _LETTERS[pair.right]

    def _version(self, side: int) -> "PassVersion | None":
        if not self._pairs:
            return None
        pair = self._pairs[self._pair]
        return self._versions[pair.right if side else pair.left]

    def _take(self, version: "PassVersion") -> None:
        """Makes a version the adjudicator's text; what was typed before is kept as an earlier version."""
        view = self._workspace.view
        view.show_stage(view.transcription)
        view.replace_annotation(version.annotation, version.annotation_id)

    def _hand_in(self, lease: Lease, annotation: Annotation) -> HandIn:
        """With the pass that the text began as, also before a restart, if it is a version still."""
        origin = self._workspace.view.history.present.origin
        is_version = origin in {version.annotation_id for version in self._versions}
        return HandIn(lease, annotation, origin if is_version else None)

    def _say_editing(self, sentence: str) -> None:
        hint = self.tr("“Both versions” goes back to the comparison.")
        self._workspace.view.message.show_message(Message(sentence, hint))
