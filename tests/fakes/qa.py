"""A QA session in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Refused
from reviewer.labels.schema import load_schema
from reviewer.model.annotation import Annotation
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.project import ListeningRules
from reviewer.model.task import Check, Submission, Verdict
from reviewer.places import resource
from reviewer.qa.session import Comparison, OpenCheck
from reviewer.queue.queue import DrawResult
from reviewer.stats.wer import diff_words
from reviewer.transcript.conventions import load_conventions
from tests.factories import NOON, a_clip
from tests.fakes.desk import speech_like
from tests.fakes.doors import an_identity


def a_submission(number: int = 1) -> Submission:
    return Submission(f"s{number}", number, f"clip-{number}", "p1", NOON, b"sealed", b"digest")


def a_check(number: int = 1) -> Check:
    return Check(a_submission(number), "p2", 1, NOON + timedelta(minutes=30))


class FakeQa:
    """``texts`` are what contractors handed in, one a check, in order."""

    def __init__(self, *texts: str) -> None:
        self.identity = an_identity()
        self.schema = load_schema(resource("schemas", "default.toml"))
        self.conventions = load_conventions(resource("conventions", "en-US.toml"))
        self.listening_rules = ListeningRules()
        self.speech: tuple[Span, ...] = ()
        self.theirs = {f"s{number}": Annotation(text) for number, text in enumerate(texts, start=1)}
        self.left = [a_check(number) for number in range(1, len(texts) + 1)]
        self.mine: dict[str, Annotation] = {}
        self.drafts: dict[str, Annotation] = {}
        self.places: dict[str, int] = {}
        self.now = NOON
        self.verdicts: list[tuple[Verdict, str]] = []
        self.heard_ranges: list[HeardRange] = []
        self.calls: list[str] = []
        self.errors: dict[str, list[Exception]] = {}

    def draw(self) -> DrawResult:
        self._called("draw")
        return DrawResult([check.submission.id for check in self.left], ["s90", "s91"])

    def waiting(self) -> int:
        self._called("waiting")
        return len(self.left)

    def unwitnessed(self) -> int:
        return 4

    def claim(self) -> Check | None:
        self._called("claim")
        return self.left[0] if self.left else None

    def open(self, check: Check) -> OpenCheck:
        self._called("open")
        data = speech_like()
        mine = self.mine.get(check.submission.id)
        draft = self.drafts.get(check.submission.id)
        place = self.places.get(check.submission.id, 0)
        samples, pyramid = Samples(16_000, data), PeakPyramid.from_samples(data)
        return OpenCheck(check, a_clip(), samples, pyramid, mine, draft, self.speech, position=place)

    def save_draft(self, check: Check, annotation: Annotation) -> datetime:
        self._called("save_draft")
        if check.blind is not None:
            raise Refused("Your own version was handed in already.")
        self.drafts[check.submission.id] = annotation
        self.now += timedelta(seconds=1)
        return self.now

    def keep_place(self, check: Check, frame: int) -> None:
        self._called("keep_place")
        self.places[check.submission.id] = frame

    def hand_in_blind(self, check: Check, annotation: Annotation) -> Comparison:
        self._called("hand_in_blind")
        self.mine[check.submission.id] = annotation
        self.drafts.pop(check.submission.id, None)
        self.left[0] = replace(check, blind=b"sealed")
        return self.compare(self.left[0])

    def compare(self, check: Check) -> Comparison:
        self._called("compare")
        if check.blind is None:
            raise Refused("Your own version comes first.")
        theirs, mine = self.theirs[check.submission.id], self.mine[check.submission.id]
        return Comparison(check, theirs, mine, diff_words(theirs.text_verbatim, mine.text_verbatim))

    def accept(self, check: Check, comment: str = "") -> None:
        self._called("accept")
        self._decide(Verdict.ACCEPTED, comment)

    def send_back(self, check: Check, comment: str) -> None:
        self._called("send_back")
        self._decide(Verdict.RETURNED, comment)

    def heard(self, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        self._called("heard")
        self.heard_ranges += ranges

    def closed(self, check: Check) -> None:
        self._called("closed")

    def _decide(self, verdict: Verdict, comment: str) -> None:
        self.verdicts.append((verdict, comment))
        self.left.pop(0)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.errors.get(name):
            raise self.errors[name].pop(0)
