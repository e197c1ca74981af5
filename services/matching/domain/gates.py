"""Gates: what bars an offering from a requirement whatever its score.

Each is met, not met, not applicable (nobody asks) or unknown. Unknown bars nobody and is not fine either: the firm has
to be asked, and nothing is awarded before somebody has. So it is with materials, envelope and force that the firm did
not state, with materials that the catalogue does not map, with a firm that was looked up in no list of article 69-B
yet, and with what firms state of their record (`record_gates.py`). A special process is different: an assessment that
is not shown is not held (AIAG CQI, each year), and so is a certificate (IATF 16949 8.4.2.3).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.matching.domain import text
from services.matching.domain.gate import Gate
from services.matching.domain.materials import Materials
from services.matching.domain.offering import LADDER, ProcessOffer, Profile
from services.matching.domain.reasons import GateReason
from services.matching.domain.record_gates import record_gates
from services.matching.domain.requirement import Specification
from services.matching.domain.rules import Rules

_OFFERED = Gate("process", "met", "ok")
_MATERIALS_OK = Gate("materials", "met", "ok")
_MATERIALS_NOT_ASKED = Gate("materials", "not_applicable", "not_asked")
_ENVELOPE_OK = Gate("envelope", "met", "ok")
_ENVELOPE_NOT_ASKED = Gate("envelope", "not_applicable", "not_asked")
_FORCE_OK = Gate("force", "met", "ok")
_FORCE_NOT_ASKED = Gate("force", "not_applicable", "not_asked")
_SPECIAL_OK = Gate("special_process", "met", "ok")
_SPECIAL_NOT_ASKED = Gate("special_process", "not_applicable", "not_asked")
_QMS_OK = Gate("qms", "met", "ok")
_QMS_NOT_ASKED = Gate("qms", "not_applicable", "not_asked")
_QMS_WAIVABLE = Gate("qms", "met", "below_ladder_waivable")


def firm_gates(profile: Profile, *, withdrawn: bool) -> tuple[Gate, ...]:
    """What bars a firm from every requirement: it left, or the tax authority lists it for good (article 69-B of the
    Código Fiscal; only `definitive` excludes). Of a firm in no list yet that is not known.
    """
    return (
        Gate("withdrawn", "not_met", "withdrawn") if withdrawn else Gate("withdrawn", "met", "ok"),
        _list_69b(profile),
    )


def process_gates(
    profile: Profile, offer: ProcessOffer | None, need: Specification, rules: Rules, today: date
) -> tuple[Gate, ...]:
    """Every gate between one process and one requirement; `offer` None: the firm does not work in that area."""
    process = _OFFERED if offer else Gate("process", "not_met", "area_not_offered", need=need.area)
    offer = offer or ProcessOffer(area=need.area)
    asked = (
        _materials(offer, need, rules.materials),
        _envelope(offer, need),
        _force(offer, need),
        _special_process(offer, need, rules.cqi_valid_months, today),
        _qms(profile, need, rules.certificate_months, today),
        *record_gates(profile, offer, need, today),
    )
    return (process, *(_as_asked(gate, need) for gate in asked))


def _as_asked(gate: Gate, need: Specification) -> Gate:
    """What the anchor waives for the firm, or only wishes, bars nobody, and nobody has to make sure of it before an
    award: it is met with that as its reason.
    """
    if gate.status in {"met", "not_applicable"}:
        return gate
    if gate.gate in need.waived:
        return replace(gate, status="met", reason="waived")
    return replace(gate, status="met", reason="wished") if gate.gate in need.wishes else gate


def fits(part_mm: Sequence[int], room_mm: Sequence[int]) -> bool:
    """Whether a part goes into a machine's room, turned as it needs to be: each side, sorted, against each side."""
    return all(side <= room for side, room in zip(sorted(part_mm), sorted(room_mm), strict=True))


def _list_69b(profile: Profile) -> Gate:
    if profile.list_69b == "definitive":
        return Gate("list_69b", "not_met", "listed_definitive")
    return Gate("list_69b", "met", "ok") if profile.looked_up else Gate("list_69b", "unknown", "list_69b_unchecked")


def _materials(offer: ProcessOffer, need: Specification, materials: Materials) -> Gate:
    if not need.materials:
        return _MATERIALS_NOT_ASKED
    if not offer.materials:
        return Gate("materials", "unknown", "not_stated", need=text.listed(need.materials))
    status = materials.compare(need.materials, offer.materials)
    if status == "met":
        return _MATERIALS_OK
    needed, offered = text.listed(need.materials), text.listed(offer.materials)
    reason: GateReason = "material_unmapped" if status == "unknown" else "no_common_material"
    return Gate("materials", status, reason, need=needed, offer=offered)


def _envelope(offer: ProcessOffer, need: Specification) -> Gate:
    if need.envelope_mm is None:
        return _ENVELOPE_NOT_ASKED
    if offer.envelope_mm is None:
        return Gate("envelope", "unknown", "not_stated", need=text.sides(need.envelope_mm))
    if fits(need.envelope_mm, offer.envelope_mm):
        return _ENVELOPE_OK
    needed, offered = text.sides(need.envelope_mm), text.sides(offer.envelope_mm)
    return Gate("envelope", "not_met", "part_too_large", need=needed, offer=offered)


def _force(offer: ProcessOffer, need: Specification) -> Gate:
    if need.force_t is None:
        return _FORCE_NOT_ASKED
    if offer.force_t is None:
        return Gate("force", "unknown", "not_stated", need=text.number(need.force_t, "t"))
    if offer.force_t >= need.force_t:
        return _FORCE_OK
    needed, offered = text.number(need.force_t, "t"), text.number(offer.force_t, "t")
    return Gate("force", "not_met", "force_too_low", need=needed, offer=offered)


def _special_process(offer: ProcessOffer, need: Specification, cqi_valid_months: int, today: date) -> Gate:
    """Every code that is asked must have an assessment of the last 12 months. A code without any outweighs an old one
    as the reason; `need` lists all that are short.
    """
    if not need.special_processes:
        return _SPECIAL_NOT_ASKED
    until = offer.special_until(cqi_valid_months)
    missing = [code for code in need.special_processes if code not in until]
    expired = [code for code in need.special_processes if code in until and until[code] < today]
    if not missing and not expired:
        return _SPECIAL_OK
    return Gate(
        "special_process",
        "not_met",
        "cqi_missing" if missing else "cqi_expired",
        need=text.listed([*missing, *expired]),
        offer=text.listed([f"{code} {until[code]}" for code in expired]),
    )


def _qms(profile: Profile, need: Specification, months: int, today: date) -> Gate:
    """The ladder; a firm below it passes when the anchor waives and the firm at least documents its system."""
    if need.qms == "none":
        return _QMS_NOT_ASKED
    held = profile.qms_held(today, months)
    if LADDER[held] >= LADDER[need.qms]:
        return _QMS_OK
    if need.qms_waivable and LADDER[held] >= LADDER["documented"]:
        return _QMS_WAIVABLE
    reason = profile.qms_lapsed(today, months) or "qms_below_ladder"
    return Gate("qms", "not_met", reason, need=need.qms, offer=held)
