"""Who acted on a firm, as the journals of the stages have it: their topics tell nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.cli.api import Round, items
from deploy.cli.texts import say
from deploy.target.client import Client
from shared.messaging.topics import STAGE_TOPICS


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused one event."""

    subject: str
    role: str | None
    on_behalf_of: str | None
    via: str | None

    def __str__(self) -> str:
        """Role and subject, and the firm that they are of."""
        who = " ".join(filter(None, (self.role, self.subject)))
        who = f"{who} ({self.on_behalf_of})" if self.on_behalf_of else who
        return say("case.via", actor=who, via=self.via) if self.via else who


def actors_of(asking: Round, client: Client, supplier: str) -> Mapping[str, Actor]:
    """Who caused the firm's events, by their ids. A stage that is away tells nothing."""
    stages = [name for name in dict.fromkeys(topic.writer for topic in STAGE_TOPICS) if name in client.services]
    found = asking.ask(stages, lambda service: [*_journal(client, service, supplier)])
    return {entry["event_id"]: Actor(**entry["actor"]) for _, entries in found for entry in entries if entry["actor"]}


def _journal(client: Client, service: str, supplier: str) -> Iterator[dict[str, Any]]:
    return items(client, service, "/journal", params={"key": supplier})
