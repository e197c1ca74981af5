"""The rules of identity, of size and of where a plant belongs, step by step, on values that anyone gives: no store, no
server.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, get_args

from services.registration.domain import rfc as rfcs
from services.registration.domain.profile import MAX_SALES_MXN, MAX_WORKERS
from services.registration.domain.prospect_areas import PLACING, AreaFound, place
from services.registration.domain.rfc import DoubtfulRfc, RefusedRfc, ValidRfc, Verdict
from services.registration.domain.size import MILLION, SIZE_2009, Sector, classify, plain
from shared.i18n import NotExplainedError, each_of, said

MAX_RFC_LENGTH = 64
"""Longer text is a mistake, and would come back whole in the explanation."""

PLANT = ("scian", "scian_title", "activity", "branch", "name", "plant")
"""What a public register says of a plant, each a text."""
MAX_TEXT_LENGTH = 300


def explain_rfc(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Judge the `rfc` of the payload and show each step. Raises NotExplainedError on other input."""
    given = payload.get("rfc")
    if not isinstance(given, str) or len(given) > MAX_RFC_LENGTH:
        raise NotExplainedError("explain.rfc_form", most=MAX_RFC_LENGTH)
    verdict = rfcs.judge(given)
    return {
        "rfc": verdict.rfc,
        "kind": verdict.kind,
        "verdict": _level(verdict),
        "reasons": list(verdict.reasons),
        "steps": [said("explain.normalise", result=verdict.rfc), *_rfc_steps(verdict), _verdict(verdict)],
        "rules": rfcs.RULES,
        "source": rfcs.SOURCE,
    }


def explain_size(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Classify a firm by `sector`, `workers` and `annual_sales_mxn` (pesos) and show each step.

    Raises NotExplainedError on other input.
    """
    sector, workers, sales = each_of(payload, _sector, _workers, _sales)
    size = classify(sector, workers, sales)
    rules = SIZE_2009
    millions = sales / MILLION
    by_workers, by_sales = workers * rules.workers_weight, millions * rules.sales_weight
    steps = [
        said("explain.workers", workers=workers, weight=str(rules.workers_weight), result=_plain(by_workers)),
        said("explain.sales", millions=_plain(millions), weight=str(rules.sales_weight), result=_plain(by_sales)),
        said("explain.score", workers=_plain(by_workers), sales=_plain(by_sales), result=_plain(size.score)),
    ]
    for band in rules.of_sector(sector):
        within = size.score <= band.cap
        code = "explain.cap.within" if within else "explain.cap.above"
        stratum = said(f"stratum.{band.stratum}")
        steps.append(said(code, stratum=stratum, score=_plain(size.score), cap=str(band.cap)))
        if within:
            most = str(band.sales_to_millions)
            steps.append(said("explain.ranges", stratum=stratum, workers=band.workers_to, millions=most))
            break
    steps += [said(flag) for flag in size.flags]
    return {
        "score": _plain(size.score),
        "stratum": size.stratum,
        "flags": list(size.flags),
        "steps": [*steps, said("explain.stratum", result=said(f"stratum.{size.stratum}"))],
        "rules": rules.version,
        "source": rules.source,
    }


def explain_prospect(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Place a plant of a public register by `scian`, `scian_title`, `activity`, `branch`, `name` and `plant`, as far as
    they are given, and show what each area rests on. Raises NotExplainedError on other input.
    """
    scian, title, activity, branch, *names = each_of(
        payload, _scian, *(partial(_text, name=name) for name in PLANT[1:])
    )
    found = place(
        PLACING, scian=scian or None, title=title, said={"activity": [activity], "branch": [branch], "name": names}
    )
    return {
        "areas": [_area(each) for each in found],
        "steps": [step for each in found for step in _area_steps(each)] or [said("explain.prospect.none")],
        "rules": PLACING.version,
        "source": PLACING.source,
    }


def _scian(payload: Mapping[str, Any]) -> str:
    scian = _text(payload, PLANT[0])
    if scian and re.fullmatch("[0-9]{6}", scian) is None:
        raise NotExplainedError("scian_form")
    return scian


def _text(payload: Mapping[str, Any], name: str) -> str:
    given = payload.get(name) or ""
    if not isinstance(given, str) or len(given) > MAX_TEXT_LENGTH:
        raise NotExplainedError("explain.prospect.form", field=name, most=MAX_TEXT_LENGTH)
    return given


def _area(found: AreaFound) -> dict[str, Any]:
    why = [{"basis": each.basis, "said": each.said} for each in found.why]
    return {"area": found.area, "confidence": found.confidence, "why": why}


def _area_steps(found: AreaFound) -> list[dict[str, Any]]:
    rests = [said(f"explain.prospect.{why.basis}", area=found.area, said=why.said) for why in found.why]
    confidence = said(f"confidence.{found.confidence}")
    return [*rests, said("explain.prospect.area", area=found.area, confidence=confidence)]


def _rfc_steps(verdict: Verdict) -> list[dict[str, Any]]:
    if isinstance(verdict, RefusedRfc):
        return [said(reason) for reason in verdict.reasons]
    terms = rfcs.terms(verdict.rfc)
    total = sum(term.value * term.weight for term in terms)
    terms_shown = " + ".join(f"{term.character.replace(' ', '␣')}({term.value})x{term.weight}" for term in terms)
    blind = next(term.character for term in terms if term.weight == 11)
    form = "explain.form.legal" if verdict.kind == "legal" else "explain.form.natural"
    return [
        said(form, length=len(verdict.rfc), date=verdict.rfc[-9:-3]),
        said("explain.weighted_sum", terms=terms_shown, result=str(total)),
        said("explain.remainder", total=total, result=str(total % 11)),
        said("explain.check_digit", result=rfcs.check_digit(verdict.rfc)),
        *(
            [said("explain.fits", last=verdict.rfc[-1])]
            if isinstance(verdict, ValidRfc)
            else [said(doubt) for doubt in verdict.reasons]
        ),
        said("explain.blind_spot", character=blind),
    ]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case ValidRfc():
            return said("explain.verdict.valid")
        case DoubtfulRfc():
            return said("explain.verdict.warning")
        case RefusedRfc():
            return said("explain.verdict.refused")


def _level(verdict: Verdict) -> str:
    match verdict:
        case ValidRfc():
            return "valid"
        case DoubtfulRfc():
            return "warning"
        case RefusedRfc():
            return "refused"


def _sector(payload: Mapping[str, Any]) -> Sector:
    for sector in get_args(Sector):
        if payload.get("sector") == sector:
            known: Sector = sector
            return known
    raise NotExplainedError("explain.sector", sectors=", ".join(get_args(Sector)))


def _workers(payload: Mapping[str, Any]) -> int:
    workers = payload.get("workers")
    if isinstance(workers, str) and workers.isascii() and workers.isdigit() and len(workers) <= len(str(MAX_WORKERS)):
        workers = int(workers)
    if not isinstance(workers, int) or isinstance(workers, bool) or not 0 <= workers <= MAX_WORKERS:
        raise NotExplainedError("workers_range", most=MAX_WORKERS)
    return workers


def _sales(payload: Mapping[str, Any]) -> Decimal:
    given = payload.get("annual_sales_mxn")
    wrong = NotExplainedError("annual_sales_range")
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise wrong
    try:
        amount = Decimal(str(given))
    except (InvalidOperation, ValueError):
        raise wrong from None
    if not amount.is_finite() or not 0 <= amount <= MAX_SALES_MXN or amount != round(amount, 2):
        raise wrong
    return amount


def _plain(number: Decimal) -> str:
    return format(plain(number), "f")
