"""Statistics of, and search in, accepted texts over a real workspace: what is logged, left out and kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.errors import NdaRequired, Refused
from reviewer.model.annotation import Flag
from reviewer.model.event import CLIP_IDS, Action
from reviewer.model.hold import HoldReason
from reviewer.transcript.find import Query
from tests.benches.workspace import ANA, LEAD, PROJECT, QUINN, Bench, annotation, hear, make_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Three accepted texts; one of them is flagged as unusable."""
    made = make_bench(tmp_path, drafts=("", "", ""), project=PROJECT.replace("1.0", "0.0", 1))
    made.agree(ANA, QUINN)
    made.submitted(ANA, "turn the lights off")
    made.submitted(ANA, "the kettle is on")
    work = made.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    work.submit(lease, annotation("Jane lives here", Flag.UNUSABLE, frames=opened.clip.frames))
    work.close(lease)
    made.person(QUINN).qa.draw()
    yield made
    made.workspace.close()


@pytest.fixture
def lead(bench: Bench):
    bench.agree(LEAD)
    return bench.person(LEAD).lead


def opened(bench: Bench) -> list[tuple[str, str]]:
    """Every clip whose text a lead opened, with the purpose."""
    events = [event for event in bench.events(Action.TEXT_OPENED) if event.role == "lead"]
    return [(clip, str(event.detail["purpose"])) for event in events for clip in event.detail[CLIP_IDS]]


def test_statistics_open_every_text_after_a_row_and_leave_out_what_exports_leave_out(bench, lead):
    corpus = lead.corpus.statistics(lead.identity)
    assert {entry.text for entry in corpus.words} == {"turn", "the", "lights", "off", "kettle", "is", "on"}
    assert corpus.left_out == {"flag_unusable": 1}
    assert {purpose for _, purpose in opened(bench)} == {"statistics"}
    assert {clip.id for clip in corpus.clips} < {clip for clip, _ in opened(bench)}


def test_search_finds_clips_and_the_log_never_has_what_was_looked_for(bench, lead):
    (found,) = lead.corpus.search(lead.identity, Query("KETTLE"))
    assert (found.count, found.excerpt, found.locale) == (1, "the kettle is on", "en-US")
    assert len(opened(bench)) == 3
    with bench.database() as database:
        bodies = b"".join(row["body"] for row in database.rows("SELECT body FROM log"))
    assert b"kettle" not in bodies.lower()
    assert lead.corpus.search(lead.identity, Query("saucepan")) == []


def test_nothing_of_a_cancelled_reading_comes_back(bench, lead):
    asked = iter((False, True, True))
    assert lead.corpus.statistics(lead.identity, cancelled=lambda: next(asked)).clips == ()
    assert lead.corpus.search(lead.identity, Query("the"), cancelled=lambda: True) == []
    assert len(opened(bench)) == 3


def test_clips_on_hold_are_not_opened(bench, lead):
    (found,) = lead.corpus.search(lead.identity, Query("kettle"))
    lead.clip_list.hold(lead.identity, found.clip_id, HoldReason.RESERVED)
    assert lead.corpus.search(lead.identity, Query("kettle")) == []
    assert [clip for clip, _ in opened(bench)].count(found.clip_id) == 1


def test_a_lead_without_an_agreement_reads_nothing(bench):
    lead = bench.person(LEAD).lead
    for read in (lead.corpus.statistics, lambda who: lead.corpus.search(who, Query("the"))):
        with pytest.raises(NdaRequired):
            read(lead.identity)
    assert opened(bench) == []


def test_every_page_of_texts_comes_once(bench, lead):
    queue = bench.workspace._unit.queue
    whole = [each.clip_id for each in queue.final_texts(10)]
    paged, after = [], ""
    while page := queue.final_texts(1, after=after):
        after = page[-1].clip_id
        paged.append(after)
    assert paged == whole
    assert len(whole) == queue.final_count() == 3


def test_reading_ends_when_the_lead_signs_out_meanwhile(bench, lead, monkeypatch):
    monkeypatch.setattr("reviewer.lead.corpus._CLIPS_A_BATCH", 1)
    with pytest.raises(Refused):
        lead.corpus.statistics(lead.identity, progress=lambda _done, _all: bench.sign_out(LEAD))
    assert len(opened(bench)) == 1
