"""The one way to content: a committed row before, no transaction around, accepted work alone for exports."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reviewer.access.log_chain import canonical, parse
from reviewer.access.nda import newest_evidence
from reviewer.access.signing import sign
from reviewer.access.verification import verify_file
from reviewer.audio.io.flac import read_canonical
from reviewer.backends import CLIPS_FOLDER
from reviewer.clips.keys import KdfParameters
from reviewer.clips.released_keys import ReleasedKey
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.errors import Damaged, NotAllowed, NotLeased, Refused, Unavailable, WrongPassphrase
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Role
from reviewer.model.project import AccessLimits, QueueRules
from reviewer.model.redaction import Redaction, RedactionSource, RedactionState
from reviewer.model.task import Lease, SealedAnnotation, TaskKind, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.queue.sqlite import SqliteQueue
from reviewer.session.access_limits import ActivityLimits
from reviewer.session.clip_access import ClipAccess
from reviewer.session.export_access import ExportAccess
from reviewer.session.sign_in import SignIn
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip
from reviewer.workspace import unit_of_work
from tests.benches.lead import Replaced
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, make_bench


@dataclass
class Access:
    """A second window's parts, taken apart."""

    bench: Bench
    unit: UnitOfWork
    sign_in: SignIn
    access: ClipAccess

    def identity(self, name: str) -> Identity:
        return self.sign_in.sign_in(name, PASSPHRASE)

    def claimed(self, identity: Identity) -> Lease:
        return self.unit.queue.claim(identity.person.id, frozenset({TaskKind.TRANSCRIBE}), key="k1")

    def annotation(self, annotation_id: str) -> SealedAnnotation:
        return self.unit.queue.annotation(annotation_id)


class NoContent:
    """Content that must not be touched."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"content was asked for {name}")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Access]:
    bench = make_bench(tmp_path, drafts=["", "", ""])
    bench.agree(ANA, BEN, QUINN, LEAD)
    path = bench.workspace.path
    database = Database(path / DATABASE_FILE)
    queue = SqliteQueue(database, bench.clock, QueueRules())
    store = LocalClipStore(path / CLIPS_FOLDER)
    unit = unit_of_work(path, database=database, queue=queue, clock=bench.clock, nda_days=365, store=store)
    yield made(bench, unit)
    database.close()
    bench.workspace.close()


def made(bench: Bench, unit: UnitOfWork) -> Access:
    sign_in = SignIn(unit, KdfParameters.cheap())
    limits = ActivityLimits(unit, AccessLimits())
    access = ClipAccess(unit=unit, sign_in=sign_in, limits=limits)
    return Access(bench, unit, sign_in, access)


def test_nothing_is_unsealed_inside_an_outer_transaction_that_could_undo_its_row(parts: Access) -> None:
    identity = parts.identity(ANA)
    lease = parts.claimed(identity)
    permit = parts.access.permit(identity, lease)
    for attempt in (parts.access.open, parts.access.prefetch):
        with pytest.raises(RuntimeError), parts.unit.transaction():
            attempt(permit)
    assert parts.access.opened(identity, lease.clip_id) is None
    assert not parts.bench.events(Action.CLIP_OPENED, Action.CLIP_PREFETCHED)
    with pytest.raises(RuntimeError):
        parts.access.record_opening(permit, is_prefetched=False)
    assert parts.access.open(permit).samples.frames == 8000


@pytest.mark.parametrize("how", ["open", "prefetch", "export", "export texts", "texts"])
def test_without_a_row_no_content_is_touched(parts: Access, how: str) -> None:
    accepted = parts.annotation(parts.bench.submitted(BEN, "hello"))
    parts.bench.reviewed(QUINN, "hello", VerdictKind.ACCEPTED)
    blind = made(parts.bench, replace(parts.unit, content=NoContent()))  # type: ignore[arg-type]
    identity = blind.identity(LEAD if how.startswith("export") else ANA)
    permit = None if how.startswith("export") else blind.access.permit(identity, blind.claimed(identity))
    with parts.bench.database() as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END")
    attempts = {
        "open": lambda: blind.access.open(permit),
        "prefetch": lambda: blind.access.prefetch(permit),
        "export": lambda: exporting(blind).open(identity, {accepted.clip_id: accepted.id}),
        "export texts": lambda: exporting(blind).texts(identity, [accepted]),
        "texts": lambda: blind.access.texts.read(identity, [accepted], "history"),
    }
    with pytest.raises(Exception) as caught:  # noqa: PT011 - what the log raises, whatever it is
        attempts[how]()
    assert not isinstance(caught.value, AssertionError), caught.value


def exporting(parts: Access) -> ExportAccess:
    return ExportAccess(parts.unit, parts.access)


def test_an_export_opens_accepted_work_alone(parts: Access) -> None:
    lead, ana = parts.identity(LEAD), parts.identity(ANA)
    waiting = parts.annotation(parts.bench.submitted(ANA, "hello"))
    other_clip = parts.claimed(ana).clip_id
    for clip_id in (waiting.clip_id, other_clip):
        with pytest.raises(Refused) as caught:
            exporting(parts).open(lead, {clip_id: waiting.id})
        assert caught.value.code == "NOT_ACCEPTED"
    blind = parts.bench.blind(QUINN, "hello").blind_annotation
    with pytest.raises(Refused):
        exporting(parts).open(lead, {parts.annotation(blind).clip_id: blind})
    lease = parts.bench.work(QUINN).resume()
    parts.bench.person(QUINN).qa.decide(lease, VerdictKind.ACCEPTED)
    with pytest.raises(Refused):
        exporting(parts).open(lead, {other_clip: waiting.id})
    with pytest.raises(Refused):  # one that may not be opened is enough
        exporting(parts).open(lead, {waiting.clip_id: waiting.id, other_clip: blind})
    with pytest.raises(NotAllowed):
        exporting(parts).open(ana, {waiting.clip_id: waiting.id})
    with pytest.raises(NotAllowed):
        exporting(parts).texts(ana, [waiting])
    with parts.unit.transaction():
        found = (PersonalDataKind.NUMBER, RedactionSource.LISTENER, RedactionState.PROPOSED)
        parts.unit.redactions.add(
            Redaction("r1", waiting.clip_id, 0, 8, *found, "p1", parts.bench.clock.now())
        )
    with pytest.raises(Refused, match="REDACTION_PENDING"):
        exporting(parts).open(lead, {waiting.clip_id: waiting.id})
    parts.unit.redactions.decide("r1", RedactionState.REJECTED, lead.person.id, parts.bench.clock.now())
    before = len(parts.bench.events(Action.CLIP_OPENED))
    opened = exporting(parts).open(lead, {waiting.clip_id: waiting.id})
    clip, flac = opened.audio(waiting.clip_id)
    assert read_canonical(io.BytesIO(flac)).data.shape == (clip.frames, 1) == (8000, 1)
    with pytest.raises(KeyError):
        opened.audio(other_clip)
    (told,) = parts.bench.events(Action.CLIP_OPENED)[before:]
    assert (told.detail["clip_ids"], told.detail["annotations"]) == ([waiting.clip_id], [waiting.id])
    assert told.detail["nda"] == parts.bench.events(Action.NDA_ACCEPTED)[-1].object  # the lead's
    parts.bench.clock.advance(3 * 366 * 24 * 3600)
    parts.bench.agree(LEAD)
    with pytest.raises(Refused, match="RETENTION_ENDED"):
        exporting(parts).open(lead, {waiting.clip_id: waiting.id})
    assert exporting(parts).texts(lead, [waiting]).annotations == [None]
    with parts.bench.database() as database:
        database.execute("UPDATE queue_clip SET state = 'quarantined'")
    with pytest.raises(Refused, match="NOT_ACCEPTED"):
        exporting(parts).open(lead, {waiting.clip_id: waiting.id})


def test_two_texts_that_were_exchanged_are_not_shown(parts: Access) -> None:
    identity = parts.identity(ANA)
    first = parts.annotation(parts.bench.submitted(ANA, "the first text"))
    parts.bench.reviewed(QUINN, "the first", VerdictKind.RETURNED, "Listen again.")
    second = parts.annotation(parts.bench.submitted(ANA, "the second text"))
    assert first.task_id == second.task_id
    for exchanged in (replace(first, sealed=second.sealed), replace(first, digest=second.digest)):
        with pytest.raises(Damaged):
            parts.access.texts.read(identity, [exchanged], "history")
        with pytest.raises(Damaged):
            exporting(parts).texts(parts.identity(LEAD), [exchanged])
    (text,) = parts.access.texts.read(identity, [first], "history")
    assert text.text_verbatim == "the first text"


def test_a_permit_is_for_its_own_kind_of_lease_and_person(parts: Access) -> None:
    ana, ben = parts.identity(ANA), parts.identity(BEN)
    lease = parts.claimed(ana)
    for identity, each, is_prefetch in (
        (ana, lease, True),
        (ana, replace(lease, is_prefetch=True), False),
        (ben, lease, False),
        (ben, replace(lease, person_id=ben.person.id), False),
    ):
        with pytest.raises(NotLeased):
            parts.access.permit(identity, each, is_prefetch=is_prefetch)
    with pytest.raises(NotAllowed):
        parts.access.permit(ana, replace(lease, kind=TaskKind.REVIEW))


def test_an_unknown_name_costs_a_key_derivation_too(parts: Access) -> None:
    asked: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(KdfParameters.cheap(), name)

    parameters: Any = Watched()
    sign_in = SignIn(parts.unit, parameters)
    enrol = partial(sign_in.enrol, passphrase=PASSPHRASE)
    for secret, attempt in (("one secret", sign_in.sign_in), ("another", enrol)):
        asked.clear()
        with pytest.raises(WrongPassphrase):
            attempt("Nobody Here", secret)
        assert "memory_kib" in asked


def test_enrolling_leaves_the_log_locked(parts: Access) -> None:
    code = parts.bench.person(LEAD).lead.add_person("New Person", Role.QA).code
    parts.sign_in.enrol("New Person", code, PASSPHRASE)
    assert not parts.unit.log.is_unlocked


def test_who_has_no_key_for_deliveries_registers_it_at_sign_in_with_a_row(parts: Access) -> None:
    ana, people = parts.bench.person(ANA).identity.person, parts.unit.people
    card, before = people.delivery_card(ana.id), len(parts.bench.events(Action.PERSON_KEY))
    parts.identity(LEAD)
    people.put_delivery_card(ana.id, b"")
    for _ in range(2):
        parts.identity(ANA)
        assert people.delivery_card(ana.id) == card
    (row,) = parts.bench.events(Action.PERSON_KEY)[before:]
    assert (row.object, row.detail["public_key"]) == (ana.id, ana.public_key.hex())


def test_a_passphrase_whose_change_cannot_be_logged_stays(parts: Access) -> None:
    def fails(event: Event, **_how: object) -> int:
        assert event.action is Action.PASSPHRASE_CHANGED
        raise Unavailable("WORKSPACE_FILE_FAILED")

    identity = parts.identity(ANA)
    sign_in = SignIn(replace(parts.unit, log=Replaced(parts.unit.log, record=fails)), KdfParameters.cheap())
    sign_in._live[identity.session_id] = identity
    with pytest.raises(Unavailable):
        sign_in.change_passphrase(identity, PASSPHRASE, "another long passphrase")
    assert parts.identity(ANA).person == identity.person


def test_a_sign_in_or_out_that_cannot_be_written_forgets_the_key_that_signs_rows(parts: Access) -> None:
    identity = parts.identity(ANA)
    assert parts.unit.log.is_unlocked
    with parts.bench.database() as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END")
    assert parts.sign_in.sign_out(identity) is False
    assert not parts.unit.log.is_unlocked
    with pytest.raises(Damaged):
        parts.identity(BEN)
    assert not parts.unit.log.is_unlocked
    assert parts.sign_in.sign_out(identity)  # once is enough


@pytest.mark.parametrize("moment", ["reach", "of_lease"])
@pytest.mark.parametrize("is_prefetch", [False, True])
def test_nothing_is_logged_or_kept_for_a_session_that_ended_while_the_network_was_asked(
    parts: Access, monkeypatch: pytest.MonkeyPatch, moment: str, is_prefetch: bool
) -> None:
    ana = parts.identity(ANA)
    permit = parts.access.permit(ana, parts.claimed(ana))
    asked = getattr(parts.access._unsealing, moment)
    unsealed = []

    def answers_late(*arguments: Any) -> Any:
        parts.sign_in.sign_out(ana)
        parts.identity(BEN)
        unsealed.append(asked(*arguments))
        return unsealed[-1]

    monkeypatch.setattr(parts.access._unsealing, moment, answers_late)
    with pytest.raises(Refused, match="SIGNED_OUT"):
        (parts.access.prefetch if is_prefetch else parts.access.open)(permit)
    assert parts.access._prefetched == parts.access._open == {}
    rows = [event.action for event in parts.bench.events() if event.session == ana.session_id]
    assert rows[-1] is Action.SIGN_OUT
    assert verify_file(parts.bench.workspace.path / DATABASE_FILE).ok
    assert unsealed


@pytest.mark.parametrize("is_prefetch", [False, True])
def test_log_stays_whole_where_a_key_is_refused_after_the_session_ended(
    parts: Access, monkeypatch: pytest.MonkeyPatch, is_prefetch: bool
) -> None:
    ana = parts.identity(ANA)
    permit = parts.access.permit(ana, parts.claimed(ana))

    def refused_late(*_arguments: Any) -> Any:
        parts.sign_in.sign_out(ana)
        parts.identity(BEN)
        raise Unavailable("BROKER_AWAY")

    unsealing = parts.access._unsealing
    monkeypatch.setattr(unsealing, "opens_every_clip", lambda _identity: False)
    monkeypatch.setattr(unsealing, "reach", lambda _identity: None)
    monkeypatch.setattr(unsealing, "_released", refused_late)
    with pytest.raises(Unavailable, match="BROKER_AWAY"):
        (parts.access.prefetch if is_prefetch else parts.access.open)(permit)
    rows = [event.action for event in parts.bench.events() if event.session == ana.session_id]
    assert rows[-1] is Action.SIGN_OUT
    assert verify_file(parts.bench.workspace.path / DATABASE_FILE).ok


@pytest.mark.parametrize("is_prefetch", [False, True])
@pytest.mark.parametrize("moment", ["permit", "reach", "clip_key"])
def test_session_that_ended_gets_no_source_of_keys_any_more(
    parts: Access, monkeypatch: pytest.MonkeyPatch, moment: str, is_prefetch: bool
) -> None:
    ana = parts.identity(ANA)

    def end(now: str) -> None:
        if now == moment:
            parts.sign_in.sign_out(ana)
            parts.identity(BEN)

    class Source:
        is_closed = False

        def reach(self) -> None:
            end("reach")

        def clip_key(self, *_asked: object) -> ReleasedKey:
            end("clip_key")
            raise Unavailable("BROKER_AWAY")

        def close(self) -> None:
            self.is_closed = True

    made: list[Source] = []

    def make_source(_identity: Identity) -> Source:
        made.append(Source())
        return made[-1]

    permit = parts.access.permit(ana, parts.claimed(ana))
    unsealing = parts.access._unsealing
    monkeypatch.setattr(unsealing, "opens_every_clip", lambda _identity: False)
    monkeypatch.setattr(unsealing, "_make_source", make_source)
    end("permit")
    with pytest.raises((Refused, Unavailable)):
        (parts.access.prefetch if is_prefetch else parts.access.open)(permit)
    assert all(each.is_closed for each in made)
    assert len(made) == (moment != "permit")
    assert unsealing._sources == {}


@pytest.mark.parametrize("is_prefetch", [False, True])
@pytest.mark.parametrize("moment", ["clip_key", "unsealed"])
def test_key_that_came_after_a_sign_out_is_dropped_and_that_of_the_next_session_stays(
    parts: Access, monkeypatch: pytest.MonkeyPatch, moment: str, is_prefetch: bool
) -> None:
    ana = parts.identity(ANA)
    permit = parts.access.permit(ana, parts.claimed(ana))
    clip, unsealing, released = permit.clip, parts.access._unsealing, parts.unit.content.released
    late, key = (
        ReleasedKey(clip.id, bytes([number]) * 32, clip.id, 1, parts.bench.clock.now()) for number in (1, 2)
    )
    nexts: list[Identity] = []

    def end(now: str) -> None:
        if now == moment:
            parts.sign_in.sign_out(ana)
            nexts.append(parts.identity(ANA))
            released.hold(nexts[0].keyring, key)

    def clip_key(*_asked: object) -> Any:
        end("clip_key")
        return clip, late

    def unsealed(*_asked: object) -> UnsealedClip:
        end("unsealed")
        return opened

    opened = unsealing.unsealed(ana, clip)
    monkeypatch.setattr(unsealing, "opens_every_clip", lambda _identity: False)
    monkeypatch.setattr(unsealing, "reach", lambda _identity: None)
    monkeypatch.setattr(unsealing, "_released", clip_key)
    monkeypatch.setattr(unsealing, "unsealed", unsealed)
    with pytest.raises(Refused, match="SIGNED_OUT"):
        (parts.access.prefetch if is_prefetch else parts.access.open)(permit)
    opened.close()
    assert released.find(nexts[0].keyring, clip.id) is key
    assert unsealing._prefetched == parts.access._open == parts.access._prefetched == {}


def test_clip_opens_where_the_bucket_does_not_tell_whether_its_speech_was_found_before(
    parts: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: Any) -> Any:
        raise Unavailable("BUCKET_REFUSED")

    ana = parts.identity(ANA)
    permit = parts.access.permit(ana, parts.claimed(ana))
    monkeypatch.setattr(parts.unit.content, "speech", refused)
    monkeypatch.setattr(parts.unit.content, "keep_speech", refused)
    assert len(parts.access.open(permit).samples.data) == permit.clip.frames


@pytest.mark.parametrize(
    "change",
    [
        {"signed_at": "2026-01-01T00:00:00"},
        {"signed_at": "9999-12-31T23:59:59+00:00"},
        {"signed_at": "0001-01-01T00:00:00+14:00"},
        {"signed_at": 1},
        {"shown_at": []},
        {"id": {"a": 1}},
        {"public_key": "é" * 64},
        {"sha256": "0" * 64},
        {"version": "0"},
        {"role": "qa"},
        {"kind": "another"},
    ],
    ids=str,
)
def test_agreement_that_its_signer_wrote_with_own_code_counts_only_as_the_program_writes_it(
    parts: Access, change: dict[str, Any]
) -> None:
    evidence = newest_evidence(parts.unit.database, parts.identity(ANA).person.id).evidence
    ana, signing_key = parts.unit.people.by_name(ANA), parts.identity(ANA).keyring.signing_key
    live, whole = parts.unit.acknowledgements.live_elsewhere, parse(evidence[:-64])
    same = canonical(whole)
    assert live(ana, same + sign(signing_key, same))
    body = canonical(whole | change)
    assert not live(ana, body + sign(signing_key, body))


def test_agreement_of_another_machine_counts_for_its_person_while_it_lasts_and_not_before(
    parts: Access,
) -> None:
    evidence = newest_evidence(parts.unit.database, parts.identity(ANA).person.id).evidence
    ana, ben = (parts.unit.people.by_name(name) for name in (ANA, BEN))
    live, clock = parts.unit.acknowledgements.live_elsewhere, parts.bench.clock
    assert live(ana, evidence)
    assert not live(ben, evidence)
    assert not live(ana, evidence[:-1] + bytes([evidence[-1] ^ 1]))
    clock.advance(-86_400)  # as if it had been signed for tomorrow, to last longer
    assert not live(ana, evidence)
    clock.advance(367 * 86_400)
    assert not live(ana, evidence)
