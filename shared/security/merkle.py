"""A log that proves what is in it: the Merkle tree of RFC 6962, section 2.1, with SHA-256."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Tree:
    """A tree that only grows. It keeps the roots of its full subtrees alone, the largest first: one for each bit that
    is set in its size.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, size: int, peaks: bytes) -> "Tree":
        """The tree as `kept` gave it."""
        return cls(size, [peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)])

    @property
    def kept(self) -> bytes:
        return b"".join(self.peaks)

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        peak, full = leaf, self.size
        while full & 1:
            peak, full = node_hash(self.peaks.pop(), peak), full >> 1
        self.peaks.append(peak)
        self.size += 1

    @property
    def root(self) -> bytes:
        """Of no leaves the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these hashes of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root


def inclusion(position: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The path of a leaf to the root: section 2.1.1."""
    if len(leaves) <= 1:
        return []
    half = _split(len(leaves))
    if position < half:
        return [*inclusion(position, leaves[:half]), root_of(leaves[half:])]
    return [*inclusion(position - half, leaves[half:]), root_of(leaves[:half])]


def includes(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from this leaf to the root: RFC 9162, section 2.1.3.2, which reads the same trees."""
    if not 0 <= position < size:
        return False
    found, at, last = leaf, position, size - 1
    for each in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(each, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, each)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def _split(size: int) -> int:
    """The largest power of two below it."""
    return 1 << ((size - 1).bit_length() - 1)
