"""What only a browser's cookie opens: the store has its digest, and what was sealed with it."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
"""Of AES-GCM (NIST SP 800-38D, 5.2.1.1)."""
LENGTH = 43
"""Characters of 32 random bytes in base64url."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """The value of a session's cookie, or of that of a sign-in under way."""

    value: str

    @classmethod
    def new(cls) -> Self:
        return cls(secrets.token_urlsafe(32))

    @classmethod
    def of(cls, value: str | None) -> Self | None:
        """None of what is no value of ours."""
        return cls(value) if value and len(value) == LENGTH and value.isascii() else None

    @property
    def id(self) -> bytes:
        """Under which the store knows it."""
        return hashlib.sha256(self.value.encode()).digest()

    def seal(self, text: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._key(b"seal")).encrypt(nonce, text, self.id)

    def unseal(self, sealed: bytes) -> bytes | None:
        """None of what was sealed with another cookie, or altered."""
        try:
            return AESGCM(self._key(b"seal")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self.id)
        except InvalidTag:
            return None

    def token(self) -> str:
        """What a form of a page carries, another one each time: compression tells nobody what it is."""
        salt = secrets.token_hex(8)
        return salt + self._mark(salt)

    def fits(self, token: str) -> bool:
        """Whether a form came from a page of this cookie's browser."""
        return hmac.compare_digest(self._mark(token[:16]).encode(), token[16:].encode())

    def _mark(self, salt: str) -> str:
        return hmac.new(self._key(b"form"), salt.encode(), hashlib.sha256).hexdigest()

    def _key(self, use: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"pdp portal " + use).derive(self.value.encode())
