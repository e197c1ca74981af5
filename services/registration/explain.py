"""The rules of identity and size, step by step, on values that anyone gives: no store, no server."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from services.registration.domain import rfc as rfcs
from services.registration.domain.profile import MAX_SALES_MXN, MAX_WORKERS
from services.registration.domain.rfc import DoubtfulRfc, RefusedRfc, ValidRfc, Verdict
from services.registration.domain.size import MILLION, SIZE_2009, Sector, classify, plain
from shared.i18n import Catalogue

WORDS = Catalogue("services.registration")

MAX_RFC_LENGTH = 64
"""Longer text is a mistake, and would come back whole in the explanation."""


def explain_rfc(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Judge the `rfc` of the payload and show each step. Raises ValueError, with one sentence, on other input."""
    given = payload.get("rfc")
    if not isinstance(given, str) or len(given) > MAX_RFC_LENGTH:
        raise ValueError(f'Give the RFC as text of at most {MAX_RFC_LENGTH} characters: {{"rfc": "..."}}.')
    verdict = rfcs.judge(given)
    return {
        "rfc": verdict.rfc,
        "kind": verdict.kind,
        "verdict": _level(verdict),
        "reasons": list(verdict.reasons),
        "steps": [_step("normalise", "Upper case, without spaces and dashes.", verdict.rfc), *_rfc_steps(verdict)],
        "rules": rfcs.RULES,
        "source": rfcs.SOURCE,
    }


def explain_size(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Classify a firm by `sector`, `workers` and `annual_sales_mxn` (pesos) and show each step.

    Raises ValueError, with one sentence, on other input.
    """
    sector, workers, sales = _sector(payload), _workers(payload), _sales(payload)
    size = classify(sector, workers, sales)
    rules = SIZE_2009
    millions = sales / MILLION
    by_workers, by_sales = workers * rules.workers_weight, millions * rules.sales_weight
    steps = [
        _step("workers", f"{workers} workers x {rules.workers_weight}", _plain(by_workers)),
        _step("sales", f"{_plain(millions)} million MXN x {rules.sales_weight}", _plain(by_sales)),
        _step("score", f"{_plain(by_workers)} + {_plain(by_sales)}", _plain(size.score)),
    ]
    for band in rules.of_sector(sector):
        within = size.score <= band.cap
        steps.append(_step("cap", f"{band.stratum}: {_plain(size.score)} <= {band.cap}", "yes" if within else "no"))
        if within:
            ranges = f"{band.stratum}: up to {band.workers_to} workers and {band.sales_to_millions} million MXN"
            steps.append(_step("ranges", f"{ranges}; they describe, the score decides", ", ".join(size.flags) or "met"))
            break
    return {
        "score": _plain(size.score),
        "stratum": size.stratum,
        "flags": list(size.flags),
        "steps": [*steps, _step("stratum", "The first stratum whose cap is not below the score.", size.stratum)],
        "rules": rules.version,
        "source": rules.source,
    }


def _rfc_steps(verdict: Verdict) -> list[dict[str, str]]:
    if isinstance(verdict, RefusedRfc):
        return [_step("form", WORDS.text(reason, "en"), reason) for reason in verdict.reasons]
    terms = rfcs.terms(verdict.rfc)
    total = sum(term.value * term.weight for term in terms)
    sum_ = " + ".join(f"{term.character.replace(' ', 'space')}({term.value})x{term.weight}" for term in terms)
    blind = next(term.character for term in terms if term.weight == 11)
    fits = isinstance(verdict, ValidRfc)
    return [
        _step("form", f"{len(verdict.rfc)} characters, date {verdict.rfc[-9:-3]}, homoclave", f"{verdict.kind} person"),
        _step("weighted_sum", sum_, str(total)),
        _step("remainder", f"{total} mod 11", str(total % 11)),
        _step("check_digit", "0 for 0, else 11 less the remainder, 10 as A", rfcs.check_digit(verdict.rfc)),
        _step(
            "comparison", f"the RFC ends in {verdict.rfc[-1]}", "fits" if fits else WORDS.text("rfc_check_digit", "en")
        ),
        _step("blind_spot", "weight 11 counts nothing in a sum mod 11", f"the digit does not protect the {blind}"),
    ]


def _step(rule: str, detail: str, result: str) -> dict[str, str]:
    return {"rule": rule, "detail": detail, "result": result}


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
    raise ValueError("The sector is one of industry, trade and services.")


def _workers(payload: Mapping[str, Any]) -> int:
    workers = payload.get("workers")
    if isinstance(workers, str) and workers.isascii() and workers.isdigit() and len(workers) <= len(str(MAX_WORKERS)):
        workers = int(workers)
    if not isinstance(workers, int) or isinstance(workers, bool) or not 0 <= workers <= MAX_WORKERS:
        raise ValueError(f"Workers are a whole number from 0 to {MAX_WORKERS}.")
    return workers


def _sales(payload: Mapping[str, Any]) -> Decimal:
    given = payload.get("annual_sales_mxn")
    wrong = ValueError("Annual sales are an amount in pesos, not below zero, with at most two decimals.")
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
