"""What a supplier offers, as registration and diagnosis told it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Literal, NamedTuple

from services.matching.domain.calendar import months_after
from services.matching.domain.performance import Measured
from services.matching.domain.reasons import LapseReason
from services.matching.domain.record import NOTHING_STATED, PartLimits, Record, SupplyTerms
from shared.days import day_of
from shared.introduction import Introducible

Qms = Literal["none", "documented", "iso_9001", "iatf_16949"]
ListState = Literal["not_listed", "presumed", "definitive", "disproved", "favourable_ruling"]
Grade = Literal["A", "B", "C"]
Band = Literal["A", "B", "C1", "C2", "C3"]

LADDER: dict[Qms, int] = {"none": 0, "documented": 1, "iso_9001": 2, "iatf_16949": 3}
"""Ladder of quality management systems, IATF 16949 8.4.2.3."""

CERTIFIED: frozenset[Qms] = frozenset({"iso_9001", "iatf_16949"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialProcess:
    """A yearly AIAG CQI self-assessment of a special process."""

    code: str
    assessed_on: date

    def valid_until(self, months: int) -> date:
        """The last day on which the assessment counts."""
        return months_after(self.assessed_on, months)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessOffer:
    """What a supplier can do in one procurement area. None or no material means not stated: ask the firm."""

    area: str
    materials: tuple[str, ...] = ()
    force_t: int | None = None
    """Largest press or clamping force, metric tons."""
    envelope_mm: tuple[int, int, int] | None = None
    """Largest part, three sides."""
    tolerance_um: int | None = None
    free_capacity: int | None = None
    """Pieces per year."""
    lead_time_days: int | None = None
    special_processes: tuple[SpecialProcess, ...] = ()
    installed_capacity: int | None = None
    """Pieces per year. No rule reads it, and buyers do."""
    parts: PartLimits | None = None
    supply: SupplyTerms | None = None

    def special_until(self, months: int) -> dict[str, date]:
        """The last day of each special process, by its latest assessment."""
        until: dict[str, date] = {}
        for special in self.special_processes:
            last = special.valid_until(months)
            until[special.code] = max(last, until.get(special.code, last))
        return until


class Kpis(NamedTuple):
    """What a firm delivers: parts per million defective, and the share on time in full."""

    ppm: int | None
    otif_bp: int | None
    measured: bool
    """By anchors; else as the firm states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A supplier as the rules of this stage see it."""

    state: str | None
    """INEGI key."""
    list_69b: ListState
    registered_at: datetime
    processes: tuple[ProcessOffer, ...]
    looked_up: bool = False
    """False: in no list yet, whatever `list_69b` says, or told before this was kept."""
    qms: Qms = "none"
    qms_valid_to: date | None = None
    """Last day of the certificate."""
    qms_stated_on: date | None = None
    """Since when the firm states this certificate; None: since it registered."""
    ppm_12m: int | None = None
    otif_bp_12m: int | None = None
    regional_value_bp: int | None = None
    measured: Measured | None = None
    """What anchors reported of its deliveries; None: too little."""
    record: Record = NOTHING_STATED
    folio: str | None = None
    """None: told before this was kept, as of the two below."""
    legal_name: str | None = None
    """Of a legal person."""
    introducible: Introducible | None = None

    @property
    def areas(self) -> tuple[str, ...]:
        """The procurement areas offered, each once, sorted."""
        return tuple(sorted({process.area for process in self.processes}))

    @property
    def digest(self) -> str:
        """Names what the rules judge: two profiles that differ in nothing have the same."""
        text = json.dumps(asdict(self), default=str, sort_keys=True)
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def in_area(self, area: str) -> tuple[ProcessOffer, ...]:
        """What it can do in one area, as it named it."""
        return tuple(process for process in self.processes if process.area == area)

    def kpis(self, today: date, months: int) -> Kpis:
        """What counts of its deliveries on a day: what anchors measured goes before what the firm states, even where it
        states nothing. `months` 0: by rules that knew no other than stated figures.
        """
        if months and self.measured and self.measured.until >= today:
            return Kpis(self.measured.ppm, self.measured.otif_bp, measured=True)
        return Kpis(self.ppm_12m, self.otif_bp_12m, measured=False)

    def qms_until(self, months: int) -> date | None:
        """The last day on which the certificate counts; None without one.

        One that is stated without its last day was valid then, and no certificate is for more than three years
        (ISO/IEC 17021-1 and the Rules for IATF recognition: a cycle of three years), so it counts so long and not for
        ever.
        """
        if self.qms not in CERTIFIED:
            return None
        return self.qms_valid_to or months_after(self.qms_stated_on or day_of(self.registered_at), months)

    def qms_lapsed(self, today: date, months: int) -> LapseReason | None:
        """Why the certificate counts no more."""
        until = self.qms_until(months)
        if until is None or until >= today:
            return None
        return "certificate_expired" if self.qms_valid_to else "certificate_undated"

    def qms_held(self, today: date, months: int) -> Qms:
        """The rung that the firm stands on today.

        A certificate past its last day is not held; the system that it certified is still written down, so the firm
        stands on `documented` and not below a firm that never had a certificate.
        """
        return "documented" if self.qms_lapsed(today, months) else self.qms

    def after_expiry(self, today: date) -> "Profile":
        """The same profile with the certificate that holds today where the one that it states is over."""
        if self.qms_valid_to is None or self.qms_valid_to >= today:
            return self
        rungs: dict[str, Qms] = {"iso_9001": "iso_9001", "iatf_16949": "iatf_16949"}
        held = [
            (LADDER[rungs[each.standard]], each.valid_to, rungs[each.standard])
            for each in self.record.certificates
            if each.standard in rungs and each.valid_to >= today
        ]
        if not held:
            return self
        _, valid_to, qms = max(held)
        return replace(self, qms=qms, qms_valid_to=valid_to)

    def next_expiry(self, today: date, cqi_valid_months: int, certificate_months: int) -> date | None:
        """The next last day of what is shown or was measured, today included; None when nothing valid can expire."""
        last_days = self._last_days(cqi_valid_months, certificate_months)
        return min((last for last in last_days if last >= today), default=None)

    def _last_days(self, cqi_valid_months: int, certificate_months: int) -> Iterator[date]:
        if until := self.qms_until(certificate_months):
            yield until
        if self.measured:
            yield self.measured.until
        for process in self.processes:
            for special in process.special_processes:
                yield special.valid_until(cqi_valid_months)
        yield from (each.valid_to for each in self.record.certificates)
        yield from (each.valid_to for each in self.record.programs if each.valid_to)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the last validated diagnosis says that a match depends on."""

    version: int
    at: datetime
    grade: Grade
    band: Band
    open_critical: tuple[str, ...]
    """Questions with an open critical gap, sorted: they block linkage."""
    evaluated: tuple[str, ...] | None = None
    """Questions of which it is known how the firm stands: with a level, or not about it. Sorted; None: of none, as it
    was told before this was kept.
    """

    def not_evaluated(self, questions: Iterable[str]) -> tuple[str, ...]:
        """Those of the questions of which it is not known, sorted."""
        return tuple(sorted(set(questions).difference(self.evaluated or ())))


def latest(known: Diagnosis | None, learned: Diagnosis) -> Diagnosis:
    """The later of two: a higher version, or what was told last of the same one, as a firm's events keep their order.
    Their moments do not: a version is told again, with the moment of its validation, when what is asked changes.
    """
    return learned if known is None or learned.version >= known.version else known
