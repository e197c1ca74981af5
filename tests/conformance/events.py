"""The events of the stage under test."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.event import EventData
from shared.messaging.topics import EVENT_TYPES


class Told(EventData):
    """A number for one key."""

    TYPE: ClassVar[str] = "conformance.told"

    on: str
    account: UUID
    number: int
    note: str = ""

    @property
    def key(self) -> UUID:
        return self.account

    @property
    def topic(self) -> str:
        return self.on


class Stated(Told):
    """The whole state of a key: a later one supersedes it."""

    TYPE: ClassVar[str] = "conformance.stated"
    ABOUT: ClassVar[tuple[str, ...]] = ("state",)


class Noted(Told):
    """The answer to a `Told`."""

    TYPE: ClassVar[str] = "conformance.noted"


EVENT_TYPES.update({event.TYPE: event for event in (Told, Stated, Noted)})
