"""Which reels there are while ears change."""

from reviewer.audio.io.device import AudioFormat
from reviewer.audio.play.monitor_chain import MonitorChain
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.play.rendition import Rendition
from reviewer.audio.samples import Sound
from tests.fakes.speed import Repeated
from tests.sounds import some_samples

_SECOND = 16_000


class _Workshop:
    """Speeds that remember what they made, and jobs that wait until they are run."""

    def __init__(self) -> None:
        self.speeds: list[Repeated] = []
        self.jobs: list[Job] = []
        self.listener = MonitorChain(self._speed, self.jobs.append)
        self.listener.take(some_samples(20 * _SECOND))
        self.listener.begin(AudioFormat(_SECOND, 1, 16))

    def _speed(self, sound: Sound, percent: int) -> Repeated:
        self.speeds.append(Repeated(sound, percent, _SECOND))
        return self.speeds[-1]

    def hear(self, gain_db: int, *, percent: int = 50, plays: bool = True) -> None:
        """What the player does at each look."""
        self.listener.settings = OutputSettings(gain_db=gain_db)
        self.listener.renew(None if plays else 0)
        reel = self.listener.reel(percent)
        assert reel is not None
        if self.listener.is_changing:
            reel.want(10 * _SECOND)
        if not plays:
            self.listener.let_go()

    @property
    def reel(self) -> Rendition:
        reel = self.listener.reel(100)
        assert reel is not None
        return reel

    @property
    def made(self) -> list[int]:
        return [len(speed.made) for speed in self.speeds]


def test_a_gain_dragged_while_it_plays_starts_one_change_however_many_steps_it_has() -> None:
    work = _Workshop()
    work.listener.reel(50)
    for step in range(60):
        work.hear(-step % 20)

    assert len(work.speeds) == 2  # the one that plays, and the one that comes
    assert len(work.jobs) == 1


def test_once_a_change_is_heard_the_next_one_is_to_the_newest_ears() -> None:
    work = _Workshop()
    plain = work.listener.reel(100)
    for gain_db in (-1, -2, -3):
        work.hear(gain_db, percent=100)
    first = work.listener.reel(100)
    work.listener.let_go()
    work.hear(-3, percent=100)
    last = work.listener.reel(100)
    work.listener.let_go()
    work.listener.renew(None)

    assert plain is not first
    assert first is not last
    assert (work.listener.reel(100), work.listener.is_changing) == (last, False)


def test_what_is_let_go_is_made_no_further() -> None:
    work = _Workshop()
    for gain_db in (-1, -2, -3):
        work.hear(gain_db)
        work.listener.let_go()
    work.listener.end()
    for job in work.jobs:
        job()

    assert len(work.jobs) == 3
    assert work.made == [0, 0, 0]


def test_a_gain_dragged_while_it_stands_leaves_only_the_last_to_be_made() -> None:
    work = _Workshop()
    reels = list[Rendition]()
    for step in range(1, 20):
        work.hear(-step, percent=100, plays=False)
        reels.append(work.reel)
    for job in work.jobs:
        job()

    assert [reel.is_ready(0) for reel in reels] == [False] * 18 + [True]


def test_the_reels_that_come_are_not_made_from_the_beginning_while_it_plays() -> None:
    work = _Workshop()
    work.listener.settings = OutputSettings(gain_db=-5)
    work.listener.renew(None)

    assert work.jobs == []


def test_without_a_device_nothing_is_made() -> None:
    jobs = list[Job]()
    listener = MonitorChain(Repeated, jobs.append)
    listener.take(some_samples(1_000))
    listener.settings = OutputSettings(gain_db=-5)
    listener.renew(0)

    assert (jobs, listener.reel(100)) == ([], None)
