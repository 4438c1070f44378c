"""An agreement counts until something ends it; signer and lead have proof of it, which is verified."""

import json
import shutil
from typing import Any

import pytest

from reviewer.access.agreement_copies import verify_copy
from reviewer.access.nda import AgreementState
from reviewer.errors import Damaged, NdaRequired, Refused, Unavailable
from reviewer.model.event import Action
from reviewer.places import resource
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, Bench


def publish(bench: Bench, version: str, *, reack: bool) -> None:
    """Adds a version of the agreement to the workspace's own texts."""
    own = bench.workspace.path / "nda"
    if not own.exists():
        shutil.copytree(resource("nda"), own)
    shutil.copytree(own / "1.0", own / version)
    about = own / version / "nda.toml"
    text = about.read_text("utf-8").replace('"1.0"', f'"{version}"')
    about.write_text(text.replace("requires_reack = true", f"requires_reack = {str(reack).lower()}"), "utf-8")
    for file in (own / version).glob("*.txt"):
        file.write_bytes(file.read_bytes() + version.encode())


def reopened(bench: Bench) -> Bench:
    """The workspace opened again: whether it has texts of its own is seen when it is opened."""
    bench.workspace.close()
    return bench.another_window()


def states(bench: Bench, name: str) -> list[AgreementState]:
    register = bench.person(LEAD).lead.agreement_register()
    return [entry.state for entry in register if entry.person.name == name]


def signed_copy(bench: Bench, name: str) -> dict[str, Any]:
    agreement, identity = bench.workspace.agreement, bench.person(name).identity
    signed = agreement.copy_of(identity, agreement.mine(identity)[0].record_id)
    return json.loads(json.dumps(dict(signed.json)))


class TestEnds:
    def test_an_agreement_expires_after_its_days(self, bench: Bench) -> None:
        bench.agree(ANA)
        days = bench.workspace.project.nda_days
        bench.clock.advance(days * 86_400 - 600)
        assert states(bench, ANA) == [AgreementState.VALID]
        bench.clock.advance(600)
        assert states(bench, ANA) == [AgreementState.EXPIRED]
        with pytest.raises(NdaRequired):
            bench.work(ANA).claim()

    @pytest.mark.parametrize(("reack", "state"), [(True, AgreementState.SUPERSEDED), (False, "valid")])
    def test_a_new_version_ends_it_if_everybody_must_sign_that(
        self, bench: Bench, reack: bool, state: str
    ) -> None:
        publish(bench, "0.9", reack=True)
        bench = reopened(bench)
        bench.sign_policy()
        bench.agree(ANA)
        publish(bench, "2.0", reack=reack)
        bench.sign_policy()
        assert states(bench, ANA) == [state]
        bench.workspace.close()

    def test_a_new_code_ends_it(self, bench: Bench) -> None:
        bench.agree(ANA)
        code = bench.person(LEAD).lead.issue_code(ANA).code
        bench.workspace.enrol(ANA, code, PASSPHRASE)
        bench.signed_in.pop(ANA)
        assert states(bench, ANA) == [AgreementState.ENDED]
        bench.agree(ANA)
        assert states(bench, ANA) == [AgreementState.VALID, AgreementState.ENDED]

    def test_revoking_ends_it_and_the_register_keeps_it(self, bench: Bench) -> None:
        bench.agree(BEN)
        bench.person(LEAD).lead.revoke(BEN)
        assert states(bench, BEN) == [AgreementState.ENDED]

    def test_it_is_shown_in_the_persons_language_and_counts_in_every_language(self, bench: Bench) -> None:
        lead, agreement = bench.person(LEAD).lead, bench.workspace.agreement
        lead.set_languages(ANA, ["de"])
        assert agreement.text(bench.person(ANA).identity).locale == "de-DE"
        assert agreement.text(bench.person(BEN).identity).locale == "en-US"
        agreement_of(bench, ANA)
        lead.set_languages(ANA, ["en"])
        assert states(bench, ANA) == [AgreementState.VALID]


def agreement_of(bench: Bench, name: str) -> str:
    """Lets somebody read and sign the text that is theirs."""
    agreement, identity = bench.workspace.agreement, bench.person(name).identity
    text = agreement.shown(identity)
    agreement.end_reached(identity, text)
    bench.clock.advance(60)
    return agreement.accept(identity, text, typed_name=name, passphrase=PASSPHRASE)


class TestCopies:
    def test_a_copy_holds_all_that_verifies_it(self, bench: Bench) -> None:
        bench.agree(ANA)
        fields = verify_copy(signed_copy(bench, ANA))
        assert (fields["name"], fields["typed_name"]) == (ANA, ANA)
        assert fields["public_key"] == bench.person(ANA).identity.person.public_key.hex()

    @pytest.mark.parametrize("field", ["text", "record", "signature", "log_public_key", "format"])
    def test_a_copy_with_any_part_changed_is_damaged(self, bench: Bench, field: str) -> None:
        bench.agree(ANA)
        copy = signed_copy(bench, ANA)
        old = copy[field]
        copy[field] = old[:-1] + ("0" if old[-1] != "0" else "1")
        with pytest.raises(Damaged):
            verify_copy(copy)

    @pytest.mark.parametrize("field", ["body", "prev", "hash", "signature"])
    def test_a_copy_with_another_row_is_damaged(self, bench: Bench, field: str) -> None:
        bench.agree(ANA, BEN)
        copy = signed_copy(bench, ANA)
        copy["log_row"][field] = signed_copy(bench, BEN)["log_row"][field]
        with pytest.raises(Damaged):
            verify_copy(copy)

    @pytest.mark.parametrize("copy", [{}, {"format": 1}, {"record": "{}", "log_row": []}])
    def test_what_is_no_copy_is_damaged(self, copy: dict[str, Any]) -> None:
        with pytest.raises(Damaged):
            verify_copy(copy)

    def test_nobody_gets_a_copy_of_somebody_elses(self, bench: Bench) -> None:
        bench.agree(ANA, BEN)
        agreement = bench.workspace.agreement
        record = agreement.mine(bench.person(ANA).identity)[0].record_id
        with pytest.raises(Refused, match="NO_SUCH_AGREEMENT"):
            agreement.copy_of(bench.person(BEN).identity, record)

    @pytest.mark.parametrize(
        "edit",
        ["UPDATE nda_acknowledgement SET signature = zeroblob(64)", "DELETE FROM log_about WHERE seq > 1"],
    )
    def test_no_copy_is_given_of_what_does_not_verify(self, bench: Bench, edit: str) -> None:
        bench.agree(ANA)
        with bench.database() as database:
            database.execute(edit)
        with pytest.raises(Damaged):
            signed_copy(bench, ANA)

    def test_no_copy_is_given_without_the_text(self, bench: Bench) -> None:
        publish(bench, "2.0", reack=True)
        later = reopened(bench)
        later.sign_policy()
        later.agree(ANA)
        agreement, identity = later.workspace.agreement, later.person(ANA).identity
        (signed,) = agreement.mine(identity)
        shutil.rmtree(later.workspace.path / "nda" / "2.0")
        with pytest.raises(Unavailable, match="NDA_TEXT_GONE"):
            agreement.copy_of(identity, signed.record_id)
        later.workspace.close()

    def test_only_a_lead_sees_the_register(self, bench: Bench) -> None:
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            bench.person(ANA).lead.agreement_register()


_RENAMED = "CAST(replace(CAST(record AS TEXT), 'Ana', 'Eva') AS BLOB)"
_DOUBLED = (
    "INSERT INTO nda_acknowledgement"
    " SELECT 'n0', person_id, version, locale, sha256, signed_at, record, signature FROM nda_acknowledgement"
)


class TestVerified:
    EDITS = (
        "DELETE FROM nda_acknowledgement",
        "UPDATE nda_acknowledgement SET person_id = (SELECT id FROM person WHERE name = 'Ben Okafor')",
        "UPDATE nda_acknowledgement SET version = '9.9'",
        "UPDATE nda_acknowledgement SET locale = 'de-DE'",
        "UPDATE nda_acknowledgement SET sha256 = hex(zeroblob(32))",
        "UPDATE nda_acknowledgement SET record = zeroblob(9)",
        f"UPDATE nda_acknowledgement SET record = {_RENAMED}",
        "UPDATE nda_acknowledgement SET signature = zeroblob(64)",
        "UPDATE nda_acknowledgement SET id = 'n0'",
        "UPDATE nda_acknowledgement SET signed_at = signed_at + 1",
        _DOUBLED,
    )

    def test_signed_agreements_verify(self, bench: Bench) -> None:
        bench.agree(ANA, BEN)
        code = bench.person(LEAD).lead.issue_code(ANA).code
        bench.workspace.enrol(ANA, code, PASSPHRASE)
        bench.signed_in.pop(ANA)
        bench.agree(ANA)
        assert bench.person(LEAD).lead.verify_log().ok

    @pytest.mark.parametrize("edit", EDITS)
    def test_every_edit_of_a_record_is_found(self, bench: Bench, edit: str) -> None:
        bench.agree(ANA)
        with bench.database() as database:
            database.execute(edit)
        assert bench.person(LEAD).lead.verify_log().notice.code.startswith("AGREEMENT_")

    def test_the_log_has_every_step_that_the_program_saw(self, bench: Bench) -> None:
        agreement, ana = bench.workspace.agreement, bench.person(ANA).identity
        text = agreement.shown(ana)
        agreement.decline(ana, text)
        bench.agree(ANA)
        steps = [event for event in bench.events() if event.action.startswith("nda.")]
        assert [event.action for event in steps] == [
            Action.NDA_SHOWN,
            Action.NDA_DECLINED,
            Action.NDA_SHOWN,
            Action.NDA_END_REACHED,
            Action.NDA_ACCEPTED,
        ]
        assert {event.actor for event in steps} == {ana.person.id}
        assert {event.detail["sha256"] for event in steps} == {text.sha256}
