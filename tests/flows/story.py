"""A firm's story from the services' logs alone: what was decided about it, and what each decision came from."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]


def read(folder: Path, services: Iterable[str]) -> list[Line]:
    """The log lines of all services, in the order of their time."""
    texts = [(folder / f"{service}.log").read_text() for service in services]
    lines = [json.loads(line) for text in texts for line in text.splitlines()]
    return sorted(lines, key=lambda line: str(line["timestamp"]))


@dataclass(frozen=True)
class Story:
    """All lines, and what of them is a link of a chain."""

    links: Mapping[str, Line]
    """By the id of the event: decided here, or said by a partner."""
    started: frozenset[str]
    """Correlation ids of requests."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Story":
        links = {line["event_id"]: line for line in lines if line["event"] in {"decided", "partner_answer_consumed"}}
        return cls(links, frozenset(line["correlation_id"] for line in lines if line["event"] == "http"))

    def about(self, firm: str) -> list[Line]:
        return [line for line in self.links.values() if line["aggregate_id"] == firm]

    def firms(self, type_: str) -> list[str]:
        """Those about which such an event was decided, first come first."""
        return list(dict.fromkeys(line["aggregate_id"] for line in self.links.values() if line["type"] == type_))

    def back(self, line: Line) -> Iterator[Line]:
        """From an event over its causes to the one that a request, or a timer, asked for. Raises KeyError at a gap."""
        yield line
        while line.get("causation_id") is not None:
            line = self.links[line["causation_id"]]
            yield line

    def gap(self, firm: str) -> Line | None:
        """The first decision about the firm that nothing in the logs explains: no cause and no request."""
        for line in self.about(firm):
            try:
                *_, first = self.back(line)
            except KeyError:
                return line
            if first["correlation_id"] not in self.started:
                return line
        return None
