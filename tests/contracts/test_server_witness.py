"""The server's check of consistency proofs is the program's own: RFC 9162."""

import hashlib

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.access.merkle import Frontier, consistency_proof, is_consistent, leaf_hash
from tests.contracts.queue_contract import RULES
from tests.fakes.postgres_server import TeamServer


@pytest.fixture(scope="module")
def owner(postgres: str) -> psycopg.Connection:
    server = TeamServer(postgres, RULES)
    yield server.owner
    server.close()


@given(
    old=st.integers(1, 70),
    added=st.integers(0, 70),
    spoil=st.sampled_from(["", "root", "proof", "longer", "size"]),
)
def test_server_takes_the_same_proofs_as_the_program(owner, old, added, spoil):
    leaves = [leaf_hash(str(number).encode()) for number in range(old + added)]
    before, after = Frontier(), Frontier()
    for leaf in leaves[:old]:
        before.add(leaf)
    for leaf in leaves:
        after.add(leaf)
    proof = list(consistency_proof(before, leaves[old:]))
    old_root, new_size = before.root(), old + added
    if spoil == "root":
        old_root = hashlib.sha256(old_root).digest()
    elif spoil == "proof" and proof:
        proof[len(proof) // 2] = hashlib.sha256(b"other").digest()
    elif spoil == "longer":
        proof.append(leaves[0])
    elif spoil == "size":
        new_size += 1
    query = "SELECT reviewer_data.is_consistent(%s, %s, %s, %s, %s::bytea[])"
    (answer,) = owner.execute(query, (old, old_root, new_size, after.root(), proof)).fetchone()
    assert answer is is_consistent(old, old_root, new_size, after.root(), proof)
    assert answer or spoil
