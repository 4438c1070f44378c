"""Every way by which a session gives sound or text, over a bench on which all have something to open."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reviewer.errors import LeaseLost
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.event import Action
from reviewer.model.hold import ListenReason
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.redaction import HearingReason, RedactionSource
from reviewer.model.task import Lease, VerdictKind
from reviewer.session.draft_versions import VersionReason
from reviewer.session.redactions import propose
from reviewer.transcript.find import Query
from reviewer.workspace import SignedIn
from tests.benches.spoken import write_spoken
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, claim_and_hear, make_bench

CONTENT_ROWS = (Action.CLIP_OPENED, Action.CLIP_PREFETCHED, Action.TEXT_OPENED)
NUMBER = "call me four one five five five five two six seven one"


@dataclass
class Rooms:
    """A workspace in which Ana has a clip at hand, Quinn a review, and the lead accepted and held work."""

    bench: Bench
    ana: Lease
    quinn: Lease
    muted: str
    """A redaction that is not decided, of the clip that Quinn has open."""
    held_clip: str
    late: str
    """A draft that Ana handed in late, without a decision."""
    out: Path

    def session(self, name: str, forged: Identity | None = None) -> SignedIn:
        """Somebody's sessions; those of an identity that did not come from a sign-in, if one is given."""
        if forged is None:
            return self.bench.person(name)
        workspace = self.bench.workspace
        return SignedIn(forged, workspace.desk(forged), workspace.qa(forged), workspace.lead(forged))


Door = Callable[[Rooms, SignedIn], object]

DOORS: dict[str, tuple[str, Door]] = {
    "open": (ANA, lambda rooms, who: who.desk.work.open(rooms.ana)),
    "prefetch": (ANA, lambda rooms, who: who.desk.work.prefetch()),
    "versions": (ANA, lambda rooms, who: who.desk.work.versions(rooms.ana)),
    "history": (ANA, lambda rooms, who: who.desk.work.history()),
    "search": (ANA, lambda rooms, who: who.desk.work.search_today(Query("words"))),
    "open a review": (QUINN, lambda rooms, who: who.qa.work.open(rooms.quinn)),
    "compare": (QUINN, lambda rooms, who: who.qa.compare(rooms.quinn)),
    "export": (LEAD, lambda rooms, who: who.lead.export(rooms.out, ["csv"])),
    "open held": (LEAD, lambda rooms, who: who.lead.held_back.open(who.identity, rooms.held_clip)),
    "listen": (
        LEAD,
        lambda rooms, who: who.lead.clip_list.open(who.identity, rooms.ana.clip_id, ListenReason.AUDIT),
    ),
    "hear what is muted": (
        QUINN,
        lambda rooms, who: who.qa.work.redactions.hear(rooms.quinn, rooms.muted, HearingReason.KIND),
    ),
    "open a late draft": (LEAD, lambda rooms, who: who.lead.late_drafts.open(who.identity, rooms.late)),
    "drop drafts": (LEAD, lambda rooms, who: who.lead.held_back.drop_drafts(who.identity, rooms.held_clip)),
}


def make_rooms(folder: Path) -> Rooms:
    """Everybody has agreed and is signed in."""
    bench = make_bench(folder, drafts=("one draft", "", "", "", ""))
    bench.agree(LEAD, ANA, BEN, QUINN)
    bench.submitted(ANA, "accepted words")
    bench.reviewed(QUINN, "accepted words", VerdictKind.ACCEPTED)
    late, to_review = _late(bench)
    muted = _muted(bench, to_review)
    quinn = bench.blind(QUINN, "words of the review")
    ana = claim_and_hear(bench.work(ANA))
    bench.work(ANA).keep_version(ana, annotation("a version"), VersionReason.REPLACED)
    manifest = write_spoken(folder / "held", bench.clock, [NUMBER], with_times=False)
    report = bench.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
    assert report.quarantined == 1
    return Rooms(bench, ana, quinn, muted, report.rows[0].clip, late, folder / "set")


def _late(bench: Bench) -> tuple[str, str]:
    """Ana's words come after Ben has the clip; the ids of her late draft and of his annotation."""
    lost = claim_and_hear(bench.work(ANA))
    bench.clock.advance(31 * 60)
    bens = claim_and_hear(bench.work(BEN))
    assert bens.task_id == lost.task_id
    with suppress(LeaseLost):
        bench.work(ANA).submit(lost, annotation("late words"))
    bench.work(ANA).deliver()
    handed_in = bench.work(BEN).submit(bens, annotation("words to review")).annotation_id
    bench.work(BEN).close(bens)
    (draft,) = bench.person(LEAD).lead.late_drafts.waiting(bench.person(LEAD).identity)
    return draft.id, handed_in


def _muted(bench: Bench, annotation_id: str) -> str:
    """Ben marks a span of what he has handed in."""
    unit, ben = bench.workspace._unit, bench.person(BEN).identity
    clip = unit.clips.get(unit.queue.annotation(annotation_id).clip_id)
    with unit.transaction():
        made = propose(unit, ben, clip, Span(100, 200), PersonalDataKind.NAME, RedactionSource.LISTENER)
    assert made is not None
    return made.id
