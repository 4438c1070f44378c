"""Between the drafts of a clip and its sound: words are played, the playhead marks words."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.model.hypothesis import Word
from reviewer.model.project import ListeningRules
from reviewer.session.coverage import lack_of_speech
from reviewer.transcript.doubtful_words import doubtful_words
from reviewer.transcript.text_times import TextTimes
from reviewer.transcript.word_times import TimedWord
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.transcript.doubtful_words_bar import DoubtfulWordsBar
from reviewer.ui.transcript.hypotheses_panel import HypothesesPanel

_LOOK_AFTER_MS = 400


class DraftPlayback(QObject):
    """Connects both widgets to the player.

    The doubtful words are those of the first hypothesis with confidences. They are looked for after a pause
    in typing, and only once the speech of the clip was heard.
    """

    def __init__(
        self,
        drafts: HypothesesPanel,
        doubts: DoubtfulWordsBar,
        playback: PlaybackController,
        rules: ListeningRules,
        text: Callable[[], str],
        spoken_at: Callable[[int], TimedWord | None],
        parent: QObject,
    ) -> None:
        """``text`` gives the present transcript, in which the doubtful words are found; ``spoken_at`` when
        the word at a place in it is said."""
        super().__init__(parent)
        self._drafts = drafts
        self._doubts = doubts
        self._playback = playback
        self._rules = rules
        self._text = text
        self._spoken_at = spoken_at
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_AFTER_MS)
        self._look.timeout.connect(self.show_doubts)
        drafts.seek_requested.connect(playback.seek)
        drafts.hypotheses_changed.connect(self.look_later)
        doubts.word_requested.connect(self._on_word_requested)
        doubts.edit_requested.connect(self._on_word_requested)
        playback.position_changed.connect(drafts.show_position)
        playback.coverage_changed.connect(self._on_coverage_changed)

    @Slot()
    def look_later(self) -> None:
        """Looks for doubtful words after a pause; a change before it starts the pause again."""
        if self._drafts.hypotheses:
            self._look.start()
        else:
            self._look.stop()

    @Slot()
    def show_doubts(self) -> None:
        """Lists the doubtful words that still stand in the text, once the clip was heard."""
        self._look.stop()
        rated = (one.words for one in self._drafts.hypotheses if _has_confidences(one.words))
        words = next(rated, ())
        is_heard = bool(words) and lack_of_speech(self._playback.coverage, self._rules) is None
        if is_heard:
            times = TextTimes(self._text(), words, 0, self._playback.frames)
            self._doubts.show_doubts(times.text, doubtful_words(times.words))
        self._doubts.set_heard(is_heard=is_heard)

    @Slot(object)
    def _on_word_requested(self, word: object) -> None:
        if isinstance(word, TimedWord):
            said = self._spoken_at(word.start) or word
            self._playback.play_part(said.from_frame, said.to_frame)

    @Slot(object)
    def _on_coverage_changed(self, _heard: object) -> None:
        if not self._look.isActive():
            self.look_later()


def _has_confidences(words: Sequence[Word]) -> bool:
    return any(word.confidence is not None for word in words)
