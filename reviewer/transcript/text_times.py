"""From a place in a text to its sound, and back."""

from collections.abc import Sequence
from functools import cached_property

from reviewer.model.hypothesis import Word
from reviewer.transcript.word_times import TimedWord, timed_words, word_at_frame, word_at_offset


class TextTimes:
    """The times of one text between two frames; a text that changes needs a new one.

    ``words`` are a recogniser's, in frames of the clip; they may reach beyond the two frames, or be missing.
    The alignment is made when it is first asked for. Places in the text count code points.
    """

    def __init__(self, text: str, words: Sequence[Word], start_frame: int, end_frame: int) -> None:
        self.text = text
        self._words = tuple(words)
        self._start = start_frame
        self._end = end_frame

    @cached_property
    def words(self) -> tuple[TimedWord, ...]:
        """The words of the text with their times, in order."""
        return timed_words(self.text, self._words, self._start, self._end)

    def frame_at(self, caret: int) -> int:
        """The frame at which the word at a caret begins; behind the last word, the frame where it ends.

        A caret between two words belongs to the word before it, and one at the first letter to that word.
        """
        word = word_at_offset(self.words, caret)
        if word is None:
            return self._start
        is_behind_all = word is self.words[-1] and caret >= word.end
        return word.to_frame if is_behind_all else word.from_frame

    def border_at(self, caret: int) -> int | None:
        """Where the sound is cut if the text is cut at a caret: between the words on both sides of it.

        None where the recogniser heard neither of the two as it is typed.
        """
        before = [word for word in self.words if word.end <= caret][-1:]
        after = [word for word in self.words if word.start >= caret][:1]
        if not any(word.is_exact for word in (*before, *after)):
            return None
        low = before[0].to_frame if before else after[0].from_frame
        return (low + (after[0].from_frame if after else low)) // 2

    def caret_at(self, frame: int) -> int:
        """The place of the first letter of the word that is said at a frame; 0 before the first word."""
        word = word_at_frame(self.words, frame)
        return word.start if word is not None else 0

    def word_at_caret(self, caret: int) -> TimedWord | None:
        """The word at a caret, or the last one before it."""
        return word_at_offset(self.words, caret)

    def word_at_frame(self, frame: int) -> TimedWord | None:
        """The word that is said at a frame, or the last one before it; None outside the two frames."""
        if not self._start <= frame < self._end:
            return None
        return word_at_frame(self.words, frame)

    def text_between(self, start_frame: int, end_frame: int) -> str:
        """The part of the text whose words have their middle in [start, end): a segment's share of a draft.

        A comma or a tag before a word goes with it, whatever stands behind the last word goes with that.
        """
        inside = [
            place
            for place, word in enumerate(self.words)
            if start_frame <= (word.from_frame + word.to_frame) // 2 < end_frame
        ]
        if not inside:
            return ""
        first, last = inside[0], inside[-1]
        begin = self.words[first].start if first else 0
        end = self.words[last + 1].start if last + 1 < len(self.words) else len(self.text)
        return self.text[begin:end].strip()
