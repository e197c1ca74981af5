"""Every event that the portal reads, as its contract's example, of one firm, one requirement and one anchor."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.contracts.event import EventData
from shared.messaging.topics import catalogue
from shared.service.asyncapi import program
from shared.testing.stage import StageUnderTest

if TYPE_CHECKING:
    from tests.portal.conftest import Visitors

SUPPLIER, REQUIREMENT, ANCHOR, MATCH = (UUID(int=0xA000 + number) for number in range(4))
OTHER_SUPPLIER, OTHER_ANCHOR, OTHER_MATCH = (UUID(int=0xB000 + number) for number in range(3))

NAMED = {"supplier_id": SUPPLIER, "requirement_id": REQUIREMENT, "anchor_id": ANCHOR, "match_id": MATCH}
EXAMPLES: dict[str, Any] = {
    type_: message["examples"][0]["payload"]["data"] for type_, message in program()["components"]["messages"].items()
}
READ = list(dict.fromkeys(event for topic in catalogue() if "portal" in topic.readers for event in topic.events))


def example(event: type[EventData], **changed: object) -> EventData:
    """The example of a contract, of the one firm and what it meets, but for what is changed."""
    data = EXAMPLES[event.TYPE]
    named = {name: id_ for name, id_ in NAMED.items() if name in data}
    return event.model_validate(data | named | changed)


async def passed_on(stage: StageUnderTest, portal: "Visitors") -> None:
    """What a stage decided since the last look, on its way to the portal."""
    known = {event.TYPE: event for event in READ}
    await portal.stage.consume(
        *(known[told.type].model_validate(told.data) for told in await stage.told() if told.type in known)
    )
