"""What a contractor with own code, a passphrase and all files of a workspace with a broker cannot do."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from reviewer.access.signing import public_key_of
from reviewer.clips import keys
from reviewer.clips.content import ClipFiles
from reviewer.clips.key_delivery import open_present_keys, seal_present_keys
from reviewer.clips.released_keys import ReleasedKey
from reviewer.clips.seal import SealContext, unseal
from reviewer.errors import ClipKeyNotHeld, Damaged, Refused
from reviewer.lead.key_rotation import KeyRotation
from reviewer.lead.people import Invitations
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, Event
from reviewer.model.people import Keyring, Person, Role
from reviewer.workspace import open_workspace
from tests.benches.broker_team import Team, make_team
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, hear


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Ana has one clip open, with its key."""
    made = make_team(tmp_path_factory.mktemp("team"), drafts=("a draft", "the draft", "one draft"))
    work = made.bench.work(ANA)
    hear(work, work.claim())
    yield made
    made.close()


def derived(keyring: Keyring) -> list[bytes]:
    """Every 32 bytes of the keyring, and what the program derives from keys for any purpose."""
    plain = keys.pack_keyring(keyring)
    windows = [plain[at : at + keys.KEY_BYTES] for at in range(len(plain) - keys.KEY_BYTES + 1)]
    held = (keyring.hash_key, keyring.signing_key, keyring.log_key)
    purposes = ("clip keys", "keyring", "digest", "hidden drafts", "key delivery", "broker", "own words")
    return [*windows, bytes(32), *(keys.subkey(key, purpose) for key in held for purpose in purposes)]


def test_no_byte_of_the_keyring_opens_the_key_or_the_sound_of_a_clip(team: Team) -> None:
    unit, workspace_id = team.office.workspace._unit, team.office.workspace.workspace_id
    assert len(unit.clips.ids()) == 3
    for candidate in dict.fromkeys(derived(team.keyring(ANA))):
        for clip_id, wrapped in unit.clips.wrapped_keys().items():
            with pytest.raises(Damaged):
                keys.unwrap_clip_key(candidate, clip_id, wrapped)
            with unit.content._store.open(clip_id, ContentKind.AUDIO) as stream:
                sealed = stream.read()
            with pytest.raises(Damaged):
                unseal(candidate, SealContext(workspace_id, clip_id, ContentKind.AUDIO), sealed)


def another_clip(team: Team) -> str:
    return next(iter(sorted(team.bench.imported() - set(team.held()))))


def under_the_key_in_hand(team: Team, identity, clip_id: str) -> object:
    released = team.bench.workspace._unit.content.released
    (held,) = [each for each in released._held.values() if each.clip_id in team.held()]
    released.hold(identity.keyring, replace(held, clip_id=clip_id, stored_as=clip_id))
    try:
        return team.bench.workspace._unit.content.audio(identity.keyring, clip_id)
    finally:
        released.drop(identity.keyring, clip_id)


ATTEMPTS: dict[str, Callable] = {
    "audio of another clip": lambda unit, me, clip: unit.content.audio(me.keyring, clip),
    "peaks of another clip": lambda unit, me, clip: unit.content.peaks(me.keyring, clip),
    "speech of another clip": lambda unit, me, clip: unit.content.speech(me.keyring, clip),
    "key of another clip": lambda unit, me, clip: unit.content.clip_key(me.keyring, clip),
    "keys of a batch": lambda unit, me, clip: unit.content.hold_keys(me.keyring, [clip]),
    "drafts of another clip": lambda unit, me, clip: unit.hypotheses.of_clip(me.keyring, clip),
    "text under another clip": lambda unit, me, clip: unit.content.seal(
        me.keyring, clip, ContentKind.ANNOTATION, "a1", b"x"
    ),
    "another sound": lambda unit, me, clip: unit.content.replace(
        me.keyring, clip, instead_of=clip, files=ClipFiles(b"x", b"y"), in_transaction=lambda _: None
    ),
    "another key": lambda unit, me, clip: unit.content.rekey(me.keyring, clip, lambda _: None),
    "a generation to come": lambda unit, me, clip: unit.content.audio(
        replace(me.keyring, generation=99), clip
    ),
    "a workspace key of zeros": lambda unit, me, clip: unit.content.audio(
        replace(me.keyring, workspace_key=bytes(32), hash_key=me.keyring.hash_key), clip
    ).read(),
    "the log's key as the workspace's": lambda unit, me, clip: unit.content.audio(
        replace(me.keyring, workspace_key=me.keyring.log_key), clip
    ).read(),
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_content_of_another_clip_stays_closed(team: Team, name: str) -> None:
    unit, identity, clip_id = team.bench.workspace._unit, team.bench.person(ANA).identity, another_clip(team)
    wrapped = unit.clips.wrapped_key(clip_id)
    with pytest.raises((Refused, Damaged)):
        ATTEMPTS[name](unit, identity, clip_id)
    assert (unit.clips.wrapped_key(clip_id), unit.clips.stored_as(clip_id)) == (wrapped, clip_id)


def test_key_in_hand_opens_no_other_clip(team: Team) -> None:
    identity = team.bench.person(ANA).identity
    with pytest.raises(Damaged):
        under_the_key_in_hand(team, identity, another_clip(team))


def test_key_in_hand_is_of_no_use_to_a_colleague_in_the_same_program(team: Team) -> None:
    (clip_id,) = team.held()
    with pytest.raises(ClipKeyNotHeld):
        team.bench.workspace._unit.content.audio(team.keyring(BEN), clip_id)


def test_key_of_files_that_were_replaced_opens_and_seals_nothing(team: Team) -> None:
    unit, identity, clip_id = team.bench.workspace._unit, team.bench.person(ANA).identity, another_clip(team)
    old = ReleasedKey(clip_id, bytes(32), "an-earlier-name", 1, team.bench.clock.now())
    unit.content.released.hold(identity.keyring, old)
    for attempt in (
        lambda: unit.content.audio(identity.keyring, clip_id),
        lambda: unit.content.seal(identity.keyring, clip_id, ContentKind.DRAFT, "x", b"x"),
    ):
        with pytest.raises(Refused, match="CLIP_CHANGED"):
            attempt()
    unit.content.released.drop(identity.keyring, clip_id)


@pytest.mark.parametrize("role", list(Role))
def test_code_that_own_code_issues_has_no_workspace_key(team: Team, role: Role) -> None:
    identity = team.bench.person(ANA).identity
    made = Invitations(team.bench.workspace._unit, keys.KdfParameters.cheap()).sealed(
        identity.keyring, Person.invited_as("Mallory", role)
    )
    code = made.invitation.code.replace("-", "")
    opened = keys.open_keyring(made.keyring, code, made.person.id, role)
    assert not opened.opens_every_clip


def test_rotation_by_own_code_replaces_no_key(team: Team) -> None:
    identity, unit = team.bench.person(ANA).identity, team.bench.workspace._unit
    before = unit.clips.wrapped_keys()
    rotation = KeyRotation(unit)
    with pytest.raises(Refused, match="WORKSPACE_KEY_NOT_HELD"), unit.transaction():
        rotation.commit(identity, rotation.prepare(identity.keyring))
    assert unit.clips.wrapped_keys() == before


def test_delivery_by_own_code_is_not_believed(team: Team) -> None:
    ana, unit = team.bench.person(ANA).identity, team.bench.workspace._unit
    lead = team.office.person(LEAD).identity.keyring
    card = unit.people.delivery_card(team.office.person(LEAD).identity.person.id)
    forged = seal_present_keys(replace(ana.keyring, generation=2), Role.LEAD, card)
    opened = open_present_keys(lead, forged)
    assert not opened.opens_every_clip  # it would be no more than what Ana has
    assert public_key_of(opened.signing_key) == public_key_of(lead.signing_key)
    strange = seal_present_keys(
        replace(ana.keyring, workspace_key=bytes(32), hash_key=bytes(32), generation=2), Role.LEAD, card
    )
    with pytest.raises(Damaged, match="KEY_DELIVERY_DAMAGED"):
        open_present_keys(lead, strange)


def test_row_that_names_no_broker_any_more_gives_back_no_key(team: Team) -> None:
    identity, unit = team.bench.person(ANA).identity, team.bench.workspace._unit
    unit.log.record(Event.by(identity, Action.BROKER_NAMED, detail={"url": ""}))
    assert unit.has_broker


def require_refused(team: Team, change: Callable[[str], str]) -> None:
    """Nobody signs in while the project file is one that the lead did not sign."""
    project = team.bench.workspace.path / "project.toml"
    kept = project.read_text("utf-8")
    project.write_text(change(kept), "utf-8")
    try:
        with (
            open_workspace(
                team.bench.workspace.path, clock=team.bench.clock, parameters=keys.KdfParameters.cheap()
            ) as other,
            pytest.raises(Refused, match="POLICY_DIFFERS"),
        ):
            other.sign_in(ANA, PASSPHRASE)
    finally:
        project.write_text(kept, "utf-8")


def test_broker_of_somebody_else_is_not_asked_where_the_lead_did_not_sign_it(team: Team) -> None:
    require_refused(team, lambda kept: kept.replace("127.0.0.1:1", "evil.example:8443"))


def test_removed_broker_gives_contractors_no_workspace_key(team: Team) -> None:
    require_refused(team, lambda kept: kept[: kept.index("[broker]")])
    assert not team.keyring(ANA).opens_every_clip
