"""Invented answers to the diagnosis for the sample's firms, the same each time for the same row and seed.

A firm is a row of `suppliers.csv`. What its row says decides the questions that ask for it (certificate, PPM,
deliveries, experience, tax opinion, special processes), so that no answer contradicts the registration. The rest
follows from how mature the firm is, and that from its certificate and chance.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.demo.sample.chance import source

Maturity = Literal["excellent", "good", "near", "developable", "foundational"]
Levels = dict[str, int | None]
"""By question: 0 to 4, or None for not evaluated."""

SEED = 2026
CRITICAL = ("T02", "T05", "T06", "T10", "T12", "T15", "O02", "O04", "O12", "C02")
LEGAL = ("A01", "A03")
COMMITMENT = "G01"
APART = 2
"""Levels between firm and assessor from which the assessor says why."""

# How many in a hundred answers stand at levels 0 to 4.
ANSWERS: dict[Maturity, tuple[int, ...]] = {
    "excellent": (0, 0, 0, 25, 75),
    "good": (0, 1, 8, 59, 32),
    "near": (1, 6, 36, 46, 11),
    "developable": (3, 23, 52, 20, 2),
    "foundational": (15, 46, 32, 7, 0),
}
MATURITIES: tuple[Maturity, ...] = ("excellent", "good", "near", "developable", "foundational")
MATURITY_WEIGHTS = {
    "iatf_16949": (1, 22, 47, 27, 1),
    "iso_9001": (0, 9, 40, 44, 7),
    "documentado": (0, 0, 16, 56, 28),
    "ninguno": (0, 0, 3, 52, 45),
}
# In a hundred: weak answers that the firm had already put right before anybody asked.
PUT_RIGHT_CRITICAL, PUT_RIGHT_LEGAL, PUT_RIGHT_COMMITMENT, PUT_RIGHT_FINANCE = 80, 88, 85, 45

QMS_LEVEL = {"ninguno": 1, "documentado": 2, "iso_9001": 3, "iatf_16949": 4}
EXPERIENCE_LEVEL = {"ninguna": 0, "repuesto": 1, "tier_3": 2, "tier_2": 3, "tier_1": 4}
TAX_LEVELS = {"positiva": (3, 4), "negativa": (0,), "negativa_con_plan": (1,)}
PPM_UP_TO = ((50, 4), (250, 3), (1_000, 2))
OTIF_FROM = ((99, 4), (95, 3), (85, 2))

NO_SPECIAL_PROCESS = "La empresa no tiene procesos especiales."
NOTES_BELOW = (
    "En la visita no se encontró evidencia de los últimos tres meses.",
    "El procedimiento existe, pero no se aplica en todas las líneas.",
    "Los registros mostrados corresponden a un solo producto.",
)
NOTES_ABOVE = ("La empresa lo hace mejor de lo que ella misma declara; hay registros de doce meses.",)


@dataclass(frozen=True, slots=True)
class Answered:
    """One person's answers: `reasons` why a question was not evaluated, `notes` why the assessor saw it otherwise."""

    levels: Levels
    reasons: dict[str, str]
    notes: dict[str, str]


def assessed(firm: Mapping[str, str], questions: Iterable[str], seed: int = SEED) -> Answered:
    """What the assessor found on site, with a note wherever the firm had judged itself two levels higher or lower."""
    known = tuple(questions)
    levels = assessed_levels(firm, known, seed)
    own = self_levels(firm, known, seed)
    notes = {code: note for code in known if (note := _note(code, own[code], levels[code]))}
    return Answered(levels, _reasons(levels), notes)


def self_assessed(firm: Mapping[str, str], questions: Iterable[str], seed: int = SEED) -> Answered:
    """What the firm says of itself."""
    levels = self_levels(firm, questions, seed)
    return Answered(levels, _reasons(levels), {})


def assessed_levels(firm: Mapping[str, str], questions: Iterable[str], seed: int = SEED) -> Levels:
    """Levels by question as an assessor finds them."""
    rng = _source(firm, seed, "assessed")
    maturity = rng.choices(MATURITIES, weights=MATURITY_WEIGHTS[_held_qms(firm)])[0]
    known = _known_levels(firm, rng)
    drawn = {code: _drawn(rng, code, maturity) for code in sorted(questions)}
    return {code: known.get(code, level) for code, level in drawn.items()}


def self_levels(firm: Mapping[str, str], questions: Iterable[str], seed: int = SEED) -> Levels:
    """Levels by question as the firm sees itself: a little better, and about what it can prove no different."""
    rng = _source(firm, seed, "self")
    proven = _known_levels(firm, _source(firm, seed, "assessed")).keys()
    found = assessed_levels(firm, questions, seed)
    own: Levels = {}
    for code, level in found.items():
        better = rng.choices((-2, -1, 0, 1, 2), weights=(1, 5, 53, 36, 5))[0]
        own[code] = level if level is None or code in proven else min(max(level + better, 0), 4)
    return own


def _source(firm: Mapping[str, str], seed: int, who: str) -> random.Random:
    return source(seed, who, firm["rfc"])


def _held_qms(firm: Mapping[str, str]) -> str:
    return firm["sgc"] or "ninguno"


def _known_levels(firm: Mapping[str, str], rng: random.Random) -> Levels:
    known: Levels = {
        "T01": QMS_LEVEL[_held_qms(firm)],
        "C05": EXPERIENCE_LEVEL[firm["experiencia"]],
        "O01": next((level for most, level in PPM_UP_TO if int(firm["ppm_12m"]) <= most), 1) if firm["ppm_12m"] else 0,
        "O03": next((level for least, level in OTIF_FROM if int(firm["otif_pct_12m"]) >= least), 1)
        if firm["otif_pct_12m"]
        else 0,
        "F05": rng.choice(TAX_LEVELS.get(firm["opinion_32d"], (2,))),
    }
    if not any(firm[f"procesos_especiales_{group}"] for group in (1, 2, 3)):
        known["T12"] = None
    return known


def _drawn(rng: random.Random, code: str, maturity: Maturity) -> int:
    """Draws the same number of times whatever comes out, so that one answer does not move the next ones."""
    level, luck = rng.choices(range(5), weights=ANSWERS[maturity])[0], rng.randrange(100)
    put_right = (
        (code in CRITICAL and luck < PUT_RIGHT_CRITICAL)
        or (code in LEGAL and luck < PUT_RIGHT_LEGAL)
        or (code == COMMITMENT and luck < PUT_RIGHT_COMMITMENT)
        or (code.startswith("F") and luck < PUT_RIGHT_FINANCE)
    )
    return max(level, 2) if put_right else level


def _reasons(levels: Levels) -> dict[str, str]:
    return {code: NO_SPECIAL_PROCESS for code, level in levels.items() if level is None}


def _note(code: str, own: int | None, found: int | None) -> str | None:
    if own is None or found is None or abs(own - found) < APART:
        return None
    notes = NOTES_BELOW if found < own else NOTES_ABOVE
    return notes[int(code[1:]) % len(notes)]
