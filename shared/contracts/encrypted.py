"""Data that only its reader opens: what everybody else can say of such an event."""

from typing import ClassVar, Final, Self
from uuid import UUID

from pydantic_core import from_json

from shared.contracts.event import EventData

MEDIA_TYPE: Final = "application/jose"
"""The envelope's `datacontenttype` where `data` is a JWE in compact form (RFC 7516): its own is `application/json`."""


class Encrypted(EventData):
    """An event of a partner's topic that is encrypted to that partner's public key."""

    TYPE: ClassVar[str] = "encrypted"

    of: str
    """The event's type."""
    subject: UUID
    """The aggregate, as in the record's key."""
    to: str
    """The topic."""
    message: str
    """The data, as JWE."""

    @classmethod
    def read(cls, of: str, to: str, key: bytes | None, said: bytes) -> Self | None:
        """What a record says; None where it says something else."""
        try:
            subject, message = UUID((key or b"").decode()), from_json(said)
        except ValueError:
            return None
        return cls(of=of, subject=subject, to=to, message=message) if isinstance(message, str) else None

    @property
    def key(self) -> UUID:
        return self.subject

    @property
    def topic(self) -> str:
        return self.to
