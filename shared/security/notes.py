"""Signed checkpoints of a log, in the forms of C2SP (https://c2sp.org): signed-note and tlog-checkpoint.

A note is text, an empty line, and a line for each signature: `— <name> <base64 of key id and signature>`. The text of a
checkpoint is the log's name, its size and the root of its tree.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
ID_BYTES = 4


class NoteError(ValueError):
    """It is no checkpoint that this key signed."""


class Checkpoint(NamedTuple):
    """How long a log was, and the root of its tree then."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one log. The name of its key is the log's."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, seed: str) -> "Signer":
        """`seed`: 32 bytes in hexadecimal digits. Raises ValueError."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)))

    @property
    def public(self) -> str:
        """The key for whoever verifies, as C2SP writes it: name, key id and key, joined by `+`."""
        key = _raw(self.key.public_key())
        return f"{self.name}+{_key_id(self.name, key).hex()}+{base64.b64encode(ED25519 + key).decode()}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The note."""
        signature = _key_id(self.name, _raw(self.key.public_key())) + self.key.sign(checkpoint.text.encode())
        return f"{checkpoint.text}\n— {self.name} {base64.b64encode(signature).decode()}\n"


def opened(note: str, public: str) -> Checkpoint:
    """The checkpoint of a note that this key signed; signatures of others are passed by. Raises NoteError."""
    name, key = _public(public)
    text, gap, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines() if gap else ():
        mark, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if (mark, signer) == ("—", name) and _signed(text, encoded, name, key):
            return _checkpoint(text)
    raise NoteError("no signature of this key")


def _signed(text: str, encoded: str, name: str, key: bytes) -> bool:
    try:
        signature = base64.b64decode(encoded, validate=True)
        if signature[:ID_BYTES] != _key_id(name, key):
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(signature[ID_BYTES:], text.encode())
    except (binascii.Error, InvalidSignature):
        return False
    return True


def _checkpoint(text: str) -> Checkpoint:
    try:
        origin, size, root, *_ = text.splitlines()
        return Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except ValueError as error:
        raise NoteError("not a checkpoint") from error


def _public(public: str) -> tuple[str, bytes]:
    name, key_id, encoded = (*public.split("+", 2), "", "")[:3]
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise NoteError("not a public key") from error
    if key[:1] != ED25519 or _key_id(name, key[1:]).hex() != key_id:
        raise NoteError("not a public key")
    return name, key[1:]


def _key_id(name: str, key: bytes) -> bytes:
    """So that of several signatures the right one is tried."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key).digest()[:ID_BYTES]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
