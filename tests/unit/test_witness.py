"""A witness countersigns only an end that provably extends the last it saw."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewer.access.checkpoint import Checkpoint, parse_checkpoint, write_checkpoint
from reviewer.access.merkle import Frontier, consistency_proof, leaf_hash
from reviewer.access.signing import public_key_of
from reviewer.access.witness import (
    Submission,
    WitnessKey,
    cosign,
    parse_submission,
    parse_witness_key,
)
from reviewer.errors import Damaged, Refused

LOG_KEY, WITNESS = b"l" * 32, b"w" * 32
KEY = WitnessKey("example.org/eve", public_key_of(WITNESS))
AT = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)
LEAVES = [leaf_hash(bytes([number])) for number in range(60)]


def tree(size: int, leaves: list[bytes] = LEAVES) -> Frontier:
    grown = Frontier()
    for leaf in leaves[:size]:
        grown.add(leaf)
    return grown


def note(size: int, leaves: list[bytes] = LEAVES, key: bytes = LOG_KEY, log_id: str = "w1") -> Checkpoint:
    root = tree(size, leaves).root()
    return write_checkpoint(key, log_id, size, b"h" * 32, AT, b"", "request", root=root)


def submission(old: int, new: int, leaves: list[bytes] = LEAVES) -> Submission:
    return Submission(note(new, leaves), {old: consistency_proof(tree(old, leaves), leaves[old:new])})


def test_a_file_for_a_witness_reads_back() -> None:
    given = Submission(note(40), {size: submission(size, 40).proofs[size] for size in (7, 32)})
    assert parse_submission(given.text()) == given
    assert parse_submission(given.text().replace("\n", "\r\n")) == given
    assert parse_submission(note(40).text).checkpoint == note(40)
    assert replace(given, proofs=dict(reversed(given.proofs.items()))).text() == given.text()


@pytest.mark.parametrize("old", [1, 7, 32, 40])
def test_a_log_that_only_grew_is_accepted(old: int) -> None:
    submission(old, 40).require_extends(note(old))
    submission(old, 40).require_extends(None)


def test_a_log_that_was_cut_rewritten_or_replaced_is_damage() -> None:
    forged = [leaf_hash(b"forged"), *LEAVES[1:]]
    replaced = replace(submission(7, 40), checkpoint=note(40, key=b"m" * 32))
    other_log = replace(submission(7, 40), checkpoint=note(40, log_id="w2"))
    for wrong in (submission(3, 6), submission(7, 40, forged), submission(3, 7, forged), replaced, other_log):
        with pytest.raises(Damaged):
            wrong.require_extends(note(7))


def test_a_file_without_the_needed_proof_is_refused_with_the_size() -> None:
    with pytest.raises(Refused) as refused:
        submission(7, 40).require_extends(note(9))
    assert refused.value.notice.parameters == {"seen": 9}


def test_a_checkpoint_of_a_version_without_roots_is_refused() -> None:
    old = write_checkpoint(LOG_KEY, "w1", 40, b"h" * 32, AT, b"", "request")
    with pytest.raises(Refused) as refused:
        Submission(old, {}).require_extends(None)
    assert refused.value.code == "WITNESS_NO_ROOT"


def test_a_hash_with_stray_bits_is_no_proof() -> None:
    proof = f"old 7\n{'A' * 42}B=\n\n"
    with pytest.raises(Damaged) as damaged:
        parse_submission(proof + note(40).text)
    assert damaged.value.code == "NOT_A_CHECKPOINT"


def test_a_countersignature_verifies_with_the_key_of_the_witness_only() -> None:
    signed = parse_checkpoint(cosign(note(40), KEY.name, WITNESS, AT).text_with_cosignatures)
    assert KEY.cosigned_at(signed) == AT
    assert (signed.text, signed.digest()) == (note(40).text, note(40).digest())
    assert WitnessKey(KEY.name, public_key_of(b"x" * 32)).cosigned_at(signed) is None
    assert WitnessKey("another", KEY.public_key).cosigned_at(signed) is None
    assert KEY.cosigned_at(replace(note(41), cosignatures=signed.cosignatures)) is None
    assert KEY.cosigned_at(note(40)) is None
    assert KEY.cosigned_at(cosign(note(40), KEY.name, WITNESS, datetime.max.replace(tzinfo=UTC))) is None
    other_kind = f"— {KEY.name} AAAA"
    assert KEY.cosigned_at(replace(signed, cosignatures=(other_kind, *signed.cosignatures))) == AT


def test_a_key_is_written_as_c2sp_does_and_nothing_else_is_read() -> None:
    assert parse_witness_key(f" {KEY}\n") == KEY
    name, key_hash, data = str(KEY).split("+", 2)
    for text in ("", name, f"{name}+00000000+{data}", f"other+{key_hash}+{data}", f"{name}+{key_hash}+AAAA"):
        with pytest.raises(Refused):
            parse_witness_key(text)
