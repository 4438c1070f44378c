"""Progress over 50,000 clips, statistics over as many texts: time, and the longest stop of the GUI thread.

``script/benchmark tests/benchmarks/test_progress_and_corpus.py``
"""

import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import pyqtgraph  # noqa: F401 - as signing in does
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.places import DATABASE_FILE
from reviewer.transcript.corpus import Corpus, CorpusCounter
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.corpus_page import CorpusPage
from reviewer.ui.lead.progress_page import ProgressPage
from tests.benches.many_clips import LOCALES, add_many_clips
from tests.benches.workspace import LEAD, make_bench
from tests.benchmarks.table import row
from tests.benchmarks.test_clip_list import StopWatch
from tests.fakes.lead import FakeLead

CLIPS = 50_000
_VOCABULARY = 20_000
_WORDS_A_CLIP = 12
_LONGEST_STOP_MS = 50
_LONGEST_STOP_OF_CHARTS_MS = 150
"""Three charts are drawn, and three tables painted, while two of these are sorted."""
_PATIENCE_MS = 60_000
_ROUNDS = 3


def _tell(
    figure: str, times: list[float], stop: float, most_ms: int, longest_ms: int = _LONGEST_STOP_MS
) -> None:
    must = f"<= {most_ms} ms, stop <= {longest_ms} ms"
    is_good = median(times) <= most_ms and stop <= longest_ms
    row(f"{CLIPS:,} clips, {figure}", f"{median(times):.0f} ms, longest stop {stop:.0f} ms", must, is_good)


def _timed(act: Callable[[], object], jobs: Jobs, qtbot: QtBot, watch: StopWatch) -> tuple[float, float]:
    watch.start()
    began = time.perf_counter()
    act()
    qtbot.waitUntil(lambda: not jobs.running, timeout=_PATIENCE_MS)
    QApplication.processEvents()
    return (time.perf_counter() - began) * 1e3, watch.stop()


def test_progress_of_fifty_thousand_clips(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    bench, jobs = make_bench(tmp_path), Jobs()
    lead = bench.person(LEAD).lead
    add_many_clips(tmp_path / "ws" / DATABASE_FILE, CLIPS, [person.id for person in lead.people()])
    page = ProgressPage(lead, jobs)
    page.resize(1144, 735)
    qtbot.addWidget(page)
    page.show()
    gc.freeze()
    times = [_timed(page.refresh, jobs, qtbot, StopWatch()) for _ in range(_ROUNDS)]
    _tell("progress: computed and shown", [each for each, _ in times], max(stop for _, stop in times), 3_500)
    jobs.close()
    bench.workspace.close()
    gc.unfreeze()


def _corpus() -> tuple[Corpus, float]:
    random = Random(1)
    words = [f"w{random.getrandbits(40):x}" for _ in range(_VOCABULARY)]
    texts = [" ".join(random.choices(words, k=_WORDS_A_CLIP)) for _ in range(CLIPS)]
    began = time.perf_counter()
    counter = CorpusCounter()
    for number, text in enumerate(texts):
        counter.add(f"c{number}", LOCALES[number % 3], 4.0 + number % 7, text)
    return counter.corpus(lambda _word, _locale: True, {}), (time.perf_counter() - began) * 1e3


def test_statistics_of_fifty_thousand_texts_are_counted_shown_and_sorted(
    qapp: QApplication, qtbot: QtBot
) -> None:
    corpus, counted = _corpus()
    row(f"{CLIPS:,} texts counted", f"{counted:.0f} ms", "<= 15000 ms", counted <= 15_000)
    jobs = Jobs()
    page = CorpusPage(FakeLead(), jobs)
    page.resize(1144, 735)
    qtbot.addWidget(page)
    page.show()
    gc.freeze()
    shown = _timed(lambda: page._show_corpus(corpus), jobs, qtbot, StopWatch())
    _tell("statistics: shown", [shown[0]], shown[1], 2_000, _LONGEST_STOP_OF_CHARTS_MS)
    times = [
        _timed(partial(page.words.sort_by, place, is_descending=False), jobs, qtbot, StopWatch())
        for place in range(3)
    ]
    _tell("words: sorted", [each for each, _ in times], max(stop for _, stop in times), 1_500, 100)
    page.close_down()
    jobs.close()
    gc.unfreeze()
