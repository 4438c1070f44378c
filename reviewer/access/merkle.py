"""The Merkle tree hash of RFC 6962 section 2.1, grown leaf by leaf, with consistency proofs.

``MTH({}) = SHA-256()``, ``leaf = SHA-256(0x00 | data)``, ``node = SHA-256(0x01 | left | right)``; a tree of n
leaves splits at the largest power of two smaller than n.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Self

HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + data).digest()


class Frontier:
    """The state of a growing tree: its size, and the roots of its complete subtrees, largest first.

    It has as many hashes as the size has one bits, so it is small and can be stored with every checkpoint.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Raises ValueError unless the number of hashes is that of a tree of this size."""
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError("not the frontier of a tree of this size")

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Self:
        """Reads what ``to_bytes`` gave; raises ValueError for anything else."""
        if len(data) % HASH_BYTES:
            raise ValueError("hashes have 32 bytes")
        return cls(size, (data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        """The hashes, joined."""
        return b"".join(self.hashes)

    def add(self, leaf: bytes) -> None:
        """Adds one leaf, given as its ``leaf_hash``."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The Merkle tree hash of the leaves so far."""
        if not self.hashes:
            return sha256().digest()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = _node(left, root)
        return root


def consistency_proof(before: Frontier, leaves: Iterable[bytes]) -> tuple[bytes, ...]:
    """Shows that a tree was only added to: RFC 6962 section 2.1.2.

    Args:
        before: The tree as it was; it is not changed.
        leaves: The hashes of the leaves that were added since, in order.

    Returns: the proof; empty if nothing was there before or nothing was added.
    """
    added = list(leaves)
    size = before.size + len(added)
    if not before.size or not added:
        return ()
    return tuple(_proof(before.size, 0, size, _Known(before, added), is_whole=True))


def is_consistent(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the new tree begins with the old one: RFC 9162 section 2.1.4.2."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size in {0, new_size}:
        return not proof and (not old_size or old_root == new_root)
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = _node(each, old), _node(each, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = _node(new, each)
        first, last = first >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


class _Known:
    """Subtree hashes of a tree of which the frontier of the first part and the later leaves are known."""

    def __init__(self, before: Frontier, added: Sequence[bytes]) -> None:
        self._size = before.size
        self._added = added
        self._old: dict[tuple[int, int], bytes] = {}
        start = 0
        for bit, each in zip(_bits(before.size), before.hashes, strict=True):
            self._old[start, start + bit] = each
            start += bit

    def subtree(self, start: int, end: int) -> bytes:
        """The hash of the leaves [start, end)."""
        found = self._old.get((start, end))
        if found is not None:
            return found
        if start >= self._size:
            tree = Frontier()
            for leaf in self._added[start - self._size : end - self._size]:
                tree.add(leaf)
            return tree.root()
        middle = start + _split(end - start)
        return _node(self.subtree(start, middle), self.subtree(middle, end))


def _proof(old: int, start: int, end: int, known: _Known, *, is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962; ``old`` is counted from ``start``."""
    if old == end - start:
        return [] if is_whole else [known.subtree(start, end)]
    middle = start + _split(end - start)
    if old <= middle - start:
        return [*_proof(old, start, middle, known, is_whole=is_whole), known.subtree(middle, end)]
    right = _proof(old - (middle - start), middle, end, known, is_whole=False)
    return [*right, known.subtree(start, middle)]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _bits(size: int) -> list[int]:
    return [1 << bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
