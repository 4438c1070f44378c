"""The Merkle tree against the definition in RFC 6962, its published vectors, and its own proofs."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.access.merkle import Frontier, consistency_proof, is_consistent, leaf_hash

# The leaves and roots of the tests of certificate-transparency (merkletree/merkle_tree_test.cc) and of
# transparency-dev/merkle (testonly/constants.go).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Consistency proofs of the same tests: (old size, new size, proof).
PROOFS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def grown(leaves: list[bytes]) -> Frontier:
    tree = Frontier()
    for data in leaves:
        tree.add(leaf_hash(data))
    return tree


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def proof_between(leaves: list[bytes], old: int) -> tuple[bytes, ...]:
    return consistency_proof(grown(leaves[:old]), [leaf_hash(data) for data in leaves[old:]])


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_published_vectors(size: int) -> None:
    assert grown(LEAVES[:size]).root().hex() == ROOTS[size]


@pytest.mark.parametrize(("old", "new", "proof"), PROOFS)
def test_the_proofs_are_those_of_the_published_vectors(old: int, new: int, proof: list[str]) -> None:
    assert [each.hex() for each in proof_between(LEAVES[:new], old)] == proof
    given_proof = [bytes.fromhex(each) for each in proof]
    assert is_consistent(old, bytes.fromhex(ROOTS[old]), new, bytes.fromhex(ROOTS[new]), given_proof)


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_tree_that_grew_has_the_root_of_the_definition(leaves: list[bytes]) -> None:
    tree = grown(leaves)
    assert tree.root() == defined(leaves)
    assert Frontier.from_bytes(tree.size, tree.to_bytes()).root() == tree.root()


def test_every_old_size_of_every_small_tree_has_a_proof_that_holds() -> None:
    leaves = [bytes([number]) for number in range(40)]
    for new in range(len(leaves) + 1):
        for old in range(new + 1):
            proof = proof_between(leaves[:new], old)
            roots = defined(leaves[:old]), defined(leaves[:new])
            assert is_consistent(old, roots[0], new, roots[1], proof), (old, new)


@given(st.data())
def test_no_other_tree_size_or_proof_is_consistent(data: st.DataObject) -> None:
    leaves = [bytes([number]) for number in range(data.draw(st.integers(2, 60)))]
    old = data.draw(st.integers(1, len(leaves) - 1))
    forged = list(leaves)
    forged[data.draw(st.integers(0, old - 1))] = b"forged"
    proof = proof_between(leaves, old)
    old_root, new_root = defined(leaves[:old]), defined(leaves)
    assert not is_consistent(old, old_root, len(leaves), defined(forged), proof_between(forged, old))
    assert not is_consistent(old, old_root, len(leaves), new_root, proof[:-1])
    assert not is_consistent(old, old_root, len(leaves), new_root, (*proof, bytes(32)))
    assert not is_consistent(old, bytes(32), len(leaves), new_root, proof)
    assert not is_consistent(len(leaves), new_root, old, old_root, proof)


@pytest.mark.parametrize(("size", "data"), [(1, b""), (2, bytes(64)), (1, bytes(31)), (-1, b"")])
def test_what_is_no_frontier_of_its_size_is_refused(size: int, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"frontier|32 bytes"):
        Frontier.from_bytes(size, data)
