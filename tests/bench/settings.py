"""How much is measured. `make bench QUICK=1 PART=consume,relay JSON=file` comes here through the environment."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Settings:
    quick: bool = False
    parts: tuple[str, ...] = ()
    """All where none is named."""
    peers: tuple[str, ...] = ()
    """All where none is named."""
    json: Path | None = None
    keys: int = 1_000
    """Suppliers that the records are about."""
    warm_up: int = 1
    """Rounds that do not count: compilers compile, caches fill."""
    rounds: int = 5
    records: int = 20_000
    few: int = 1_000
    """Records for those that take one at a time."""
    requests: int = 3_000
    """Registrations of one round."""
    chains: int = 500
    """Registrations whose chain is followed."""
    backlog: int = 200_000
    """Records that a service finds when its memory is looked at."""
    suppliers: int = 100_000
    """Firms whose pairs are measured. A million with ten thousand requirements are some 150 million pairs: 25 GB."""
    requirements: int = 1_000
    sampled: int = 100_000
    """Pairs that are compared with the definition."""
    store: str = ""
    """The size of the chart whose settings PostgreSQL has; without one those of `pdp up`."""

    @classmethod
    def from_environment(cls) -> Self:
        """QUICK for small numbers; PART, PEERS, JSON, STORE and the names of `OWN`, in capitals, for one's own."""
        given = os.environ
        chosen = QUICK if given.get("QUICK") else {}
        named = {name: int(given[name.upper()]) for name in OWN if given.get(name.upper())}
        return cls(
            quick=bool(chosen),
            parts=_listed(given.get("PART", "")),
            peers=_listed(given.get("PEERS", "")),
            json=Path(given["JSON"]) if given.get("JSON") else None,
            store=given.get("STORE", ""),
            **{**chosen, **named},
        )

    def wants(self, peer: str) -> bool:
        return not self.peers or peer in self.peers


QUICK = {
    "rounds": 2,
    "records": 5_000,
    "few": 300,
    "requests": 500,
    "chains": 100,
    "backlog": 20_000,
    "suppliers": 10_000,
    "requirements": 350,
    "sampled": 10_000,
}

OWN = ("rounds", "records", "suppliers", "requirements")


def _listed(names: str) -> tuple[str, ...]:
    return tuple(filter(None, names.split(",")))
