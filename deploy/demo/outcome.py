"""What the demo found, as a value: figures, reconciliation, planned trouble, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from deploy.demo.audit import Found
from deploy.demo.figures import Figures, count
from deploy.demo.reconciliation import Reconciliation, reconcile
from deploy.demo.sample.prepare import Sample
from deploy.demo.story import Told
from deploy.demo.trouble import Ended, of_attempts, of_letters, of_rows
from deploy.provision.partners import FIRST
from shared.areas import CODES

ANCHORS, AREAS, SUPPLIERS, SELECTED, REFUSED_ROWS = 16, len(CODES), 400, 55, 6
GARBAGE_RECORDS = 1
PARTNERS_THAT_ANSWER = ("nafin", "bancomext")


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: a key of the texts, what was found, and what is right."""

    what: str
    found: object
    wanted: object
    holds: bool


@dataclass(frozen=True)
class Outcome:
    """Everything that the report shows."""

    figures: Figures
    reconciliation: Reconciliation
    outbox: int
    lag: int
    dead_letters: int
    planned_dead_letters: int
    told_letters: int
    ended: tuple[Ended, ...]
    told: Told
    partners: tuple[str, ...]
    repeated: int
    """Calls that were sent again because a service was away."""
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.holds)

    def as_json(self, seconds: float) -> dict[str, Any]:
        figures, books = self.figures, asdict(self.reconciliation)
        referred, answered = figures.referred(), figures.answered()
        return {
            "anchors": len(figures.anchors),
            "areas_covered": figures.areas_covered,
            "requirements": len(figures.requirements),
            "registered": len(figures.registered),
            "refused_rows": len(self.told.enrolled.refused),
            "aligned": figures.aligned_count,
            "not_aligned": figures.not_aligned_count,
            "diagnosed": len(figures.diagnosed),
            "matched": len(figures.matched),
            "selected": len(figures.selected),
            "planned": len(figures.planned),
            "referred": {code: referred[code] for code in self.partners},
            "answered": {code: answered[code] for code in self.partners},
            "reconciliation": {
                "published": books.pop("published"),
                "consumed": books.pop("consumed"),
                "lost": books.pop("lost"),
                "doubled": books.pop("doubled"),
                "outbox": self.outbox,
                "lag": self.lag,
                "dead_letters": self.dead_letters,
                "planned_dead_letters": self.planned_dead_letters,
                "told_letters": self.told_letters,
                **books,
            },
            "seconds": round(seconds, 1),
            "outcomes": {code: dict(sorted(figures.outcomes(code).items())) for code in self.partners},
            "awarded": figures.answers["awarded"],
            "activities": len(figures.activities),
            "gaps_closed": len(figures.closed),
            "needs": len(figures.needs),
            "calls_repeated": self.repeated,
            "trouble": {each.matter: each.where for each in self.ended},
            "failures": [check.what for check in self.failures],
        }


def conclude(found: Found, told: Told, sample: Sample, planned_letters: Mapping[str, int], repeated: int) -> Outcome:
    """Count, compare and judge."""
    figures = count({event.message_id: event.data for event in found.events}.values())
    reconciliation = reconcile(found.evidence)
    ended = (
        *of_rows(sample, told.enrolled, told.diagnosed),
        *of_attempts(told.attempts),
        *of_letters(found.letters, planned_letters),
    )
    planned = sum(planned_letters.values())
    checks = (
        *_expected(figures, told),
        *_as_told(figures, told),
        *_books(reconciliation, found, planned),
        *(Check(each.matter, each.where, "", each.as_planned) for each in ended),
    )
    return Outcome(
        figures=figures,
        reconciliation=reconciliation,
        outbox=found.outbox,
        lag=found.lag,
        dead_letters=len(found.letters),
        planned_dead_letters=planned,
        told_letters=found.told_letters,
        ended=ended,
        told=told,
        partners=FIRST,
        repeated=repeated,
        checks=checks,
    )


def _expected(figures: Figures, told: Told) -> Iterator[Check]:
    """The figures that the sample must give."""
    yield _equal("anchors", len(figures.anchors), ANCHORS)
    yield _equal("areas", figures.areas_covered, AREAS)
    yield _equal("registered", len(figures.registered), SUPPLIERS)
    yield _equal("refused_rows", len(told.enrolled.refused), REFUSED_ROWS)
    yield Check("selected", len(figures.selected), f"≥ {SELECTED}", len(figures.selected) >= SELECTED)
    answered = figures.answered()
    for code in PARTNERS_THAT_ANSWER:
        yield Check(f"answered_{code}", answered[code], "≥ 1", answered[code] >= 1)


def _as_told(figures: Figures, told: Told) -> Iterator[Check]:
    """What the services told people must be what their events say."""
    yield _equal("judged", len(figures.aligned), len(figures.registered))
    yield _equal("aligned", figures.aligned_count, len(told.diagnosed.aligned))
    yield _equal("diagnosed", len(figures.diagnosed), figures.aligned_count)
    yield _equal("selected", len(figures.selected), told.selected)
    yield _equal("planned", len(figures.planned), told.selected)
    yield _equal("activities", len(figures.activities), told.activities)
    yield _equal("closed", len(figures.closed), told.rescored)
    yield _equal("referred_without_consent", int(told.refuser in figures.referred_firms), 0)
    yield _equal("awarded", figures.answers["awarded"], told.awarded)
    referred, answered = figures.referred(), figures.answered()
    for code, sent in told.sent.items():
        yield _equal(f"referred_{code}", referred[code], sent)
        yield _equal(f"answered_{code}", answered[code], sent)


def _books(books: Reconciliation, found: Found, planned_letters: int) -> Iterator[Check]:
    yield _equal("lost", books.lost, 0)
    yield _equal("doubled", books.doubled, 0)
    yield _equal("unknown", books.unknown, GARBAGE_RECORDS)
    yield _equal("outbox", found.outbox, 0)
    yield _equal("lag", found.lag, 0)
    yield _equal("dead_letters", len(found.letters), planned_letters)
    yield _equal("told_letters", found.told_letters, planned_letters)


def _equal(what: str, found: int, wanted: int) -> Check:
    return Check(what, found, wanted, found == wanted)
