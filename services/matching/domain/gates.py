"""Gates: what bars an offering from a requirement whatever its score.

What the firm did not state bars nobody: the gate passes as `not_stated` and the firm has to be asked. That holds for
materials, envelope and force. A special process is different: an assessment that is not shown is not held (AIAG CQI,
each year), and so is a certificate (IATF 16949 8.4.2.3).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.matching.domain import text
from services.matching.domain.offering import LADDER, ProcessOffer, Profile
from services.matching.domain.reasons import GateName, GateReason
from services.matching.domain.requirement import Specification

WORDS_REMEMBERED = 4096
"""Materials whose words are kept: a few hundred are in use, and each is compared with every requirement."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate and whether it is passed. `need` and `offer` are filled where it is not."""

    gate: GateName
    passed: bool
    reason: GateReason
    need: str = ""
    offer: str = ""


_OFFERED = Gate("process", passed=True, reason="ok")
_MATERIALS_OK = Gate("materials", passed=True, reason="ok")
_MATERIALS_NOT_ASKED = Gate("materials", passed=True, reason="not_asked")
_MATERIALS_NOT_STATED = Gate("materials", passed=True, reason="not_stated")
_ENVELOPE_OK = Gate("envelope", passed=True, reason="ok")
_ENVELOPE_NOT_ASKED = Gate("envelope", passed=True, reason="not_asked")
_ENVELOPE_NOT_STATED = Gate("envelope", passed=True, reason="not_stated")
_FORCE_OK = Gate("force", passed=True, reason="ok")
_FORCE_NOT_ASKED = Gate("force", passed=True, reason="not_asked")
_FORCE_NOT_STATED = Gate("force", passed=True, reason="not_stated")
_SPECIAL_OK = Gate("special_process", passed=True, reason="ok")
_SPECIAL_NOT_ASKED = Gate("special_process", passed=True, reason="not_asked")
_QMS_OK = Gate("qms", passed=True, reason="ok")
_QMS_NOT_ASKED = Gate("qms", passed=True, reason="not_asked")
_QMS_WAIVABLE = Gate("qms", passed=True, reason="below_ladder_waivable")


def firm_gates(profile: Profile, *, withdrawn: bool) -> tuple[Gate, ...]:
    """What bars a firm from every requirement: it left, or the tax authority lists it for good (article 69-B of the
    Código Fiscal; only `definitive` excludes).
    """
    listed = profile.list_69b == "definitive"
    return (
        Gate("withdrawn", passed=not withdrawn, reason="withdrawn" if withdrawn else "ok"),
        Gate("list_69b", passed=not listed, reason="listed_definitive" if listed else "ok"),
    )


def process_gates(
    profile: Profile, offer: ProcessOffer | None, need: Specification, cqi_valid_months: int, today: date
) -> tuple[Gate, ...]:
    """Every gate between one process and one requirement; `offer` None: the firm does not work in that area."""
    process = _OFFERED if offer else Gate("process", passed=False, reason="area_not_offered", need=need.area)
    offer = offer or ProcessOffer(area=need.area)
    return (
        process,
        _materials(offer, need),
        _envelope(offer, need),
        _force(offer, need),
        _special_process(offer, need, cqi_valid_months, today),
        _qms(profile, need, today),
    )


def fits(part_mm: Sequence[int], room_mm: Sequence[int]) -> bool:
    """Whether a part goes into a machine's room, turned as it needs to be: each side, sorted, against each side."""
    return all(side <= room for side, room in zip(sorted(part_mm), sorted(room_mm), strict=True))


def overlap(needed: Sequence[str], offered: Sequence[str]) -> bool:
    """Whether one material is in both lists.

    Case and accents do not count. The grade is optional: `acero` meets `acero inoxidable` and the other way round,
    while `aluminio A380` and `aluminio A356` are two materials.
    """
    return any(_same_family(_words(need), _words(offer)) for need in needed for offer in offered)


def _same_family(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and one[:shorter] == other[:shorter]


@lru_cache(maxsize=WORDS_REMEMBERED)
def _words(material: str) -> tuple[str, ...]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", material.casefold()) if not unicodedata.combining(c))
    return tuple(word for word in re.split(r"[\s/:,]+", plain) if word)


def _materials(offer: ProcessOffer, need: Specification) -> Gate:
    if not need.materials:
        return _MATERIALS_NOT_ASKED
    if not offer.materials:
        return _MATERIALS_NOT_STATED
    if overlap(need.materials, offer.materials):
        return _MATERIALS_OK
    needed, offered = text.listed(need.materials), text.listed(offer.materials)
    return Gate("materials", passed=False, reason="no_common_material", need=needed, offer=offered)


def _envelope(offer: ProcessOffer, need: Specification) -> Gate:
    if need.envelope_mm is None:
        return _ENVELOPE_NOT_ASKED
    if offer.envelope_mm is None:
        return _ENVELOPE_NOT_STATED
    if fits(need.envelope_mm, offer.envelope_mm):
        return _ENVELOPE_OK
    needed, offered = text.sides(need.envelope_mm), text.sides(offer.envelope_mm)
    return Gate("envelope", passed=False, reason="part_too_large", need=needed, offer=offered)


def _force(offer: ProcessOffer, need: Specification) -> Gate:
    if need.force_t is None:
        return _FORCE_NOT_ASKED
    if offer.force_t is None:
        return _FORCE_NOT_STATED
    if offer.force_t >= need.force_t:
        return _FORCE_OK
    needed, offered = text.number(need.force_t, "t"), text.number(offer.force_t, "t")
    return Gate("force", passed=False, reason="force_too_low", need=needed, offer=offered)


def _special_process(offer: ProcessOffer, need: Specification, cqi_valid_months: int, today: date) -> Gate:
    """Every code that is asked must have an assessment of the last 12 months. A code without any outweighs an old one
    as the reason; `need` lists all that are short.
    """
    if not need.special_processes:
        return _SPECIAL_NOT_ASKED
    until: dict[str, date] = {}
    for special in offer.special_processes:
        last = special.valid_until(cqi_valid_months)
        until[special.code] = max(last, until.get(special.code, last))
    missing = [code for code in need.special_processes if code not in until]
    expired = [code for code in need.special_processes if code in until and until[code] < today]
    if not missing and not expired:
        return _SPECIAL_OK
    return Gate(
        "special_process",
        passed=False,
        reason="cqi_missing" if missing else "cqi_expired",
        need=text.listed([*missing, *expired]),
        offer=text.listed([f"{code} {until[code]}" for code in expired]),
    )


def _qms(profile: Profile, need: Specification, today: date) -> Gate:
    """The ladder; a firm below it passes when the anchor waives and the firm at least documents its system."""
    if need.qms == "none":
        return _QMS_NOT_ASKED
    held = profile.qms_held(today)
    if LADDER[held] >= LADDER[need.qms]:
        return _QMS_OK
    if need.qms_waivable and LADDER[held] >= LADDER["documented"]:
        return _QMS_WAIVABLE
    reason: GateReason = "certificate_expired" if profile.qms_expired(today) else "qms_below_ladder"
    return Gate("qms", passed=False, reason=reason, need=need.qms, offer=held)
