"""What `make chaos` says of its rounds, and the part of a page that it writes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.messaging.topics import SERVICES
from shared.testing.page import between
from tests.flows.havoc import FAULTS
from tests.flows.troubles import VICTIMS

if TYPE_CHECKING:
    from tests.flows.chain import Round

BOOKS = ("published", "consumed", "lost", "doubled", "republished", "dead_letters", "planned_dead_letters")
HEADS = ("round", "seed", "kills", "faults", *(name.replace("_", " ") for name in BOOKS), "sent by faults", "seconds")


def text(rounds: Sequence["Round"]) -> str:
    """A line per round and the sums below them; how often each process was killed and each fault was; memory."""
    return "\n\n".join((_rounds(rounds), _counts(rounds), _memory(rounds)))


def write(rounds: Sequence["Round"], page: Path) -> None:
    """Put it between the page's marks."""
    between(page, "chaos", text(rounds))


def _rounds(rounds: Sequence["Round"]) -> str:
    rows: list[list[Any]] = [[number, each.seed, *_figures(each)] for number, each in enumerate(rounds, 1)]
    sums = [sum(row[column] for row in rows if isinstance(row[column], int)) for column in range(2, len(HEADS))]
    return _table(HEADS, [*rows, ["total", "", *sums]])


def _figures(each: "Round") -> list[object]:
    books = [each.books.get(name, "?") for name in BOOKS]
    return [sum(each.kills.values()), sum(each.faults.values()), *books, each.sent, round(each.seconds)]


def _counts(rounds: Sequence["Round"]) -> str:
    kills, faults = Counter[str](), Counter[str]()
    for each in rounds:
        kills.update(each.kills)
        faults.update(each.faults)
    rows = [(f"{name} killed", kills[name]) for name in VICTIMS]
    rows += [(fault.__name__.replace("_", " "), faults[fault.__name__]) for fault in FAULTS]
    return _table(("trouble", "times"), rows)


def _memory(rounds: Sequence["Round"]) -> str:
    peaks = [max(each.peaks_mb.get(name, 0) for each in rounds) for name in SERVICES]
    return _table(("service", "memory at most, MB"), list(zip(SERVICES, peaks, strict=True)))


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
