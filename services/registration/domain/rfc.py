"""The RFC (Registro Federal de Contribuyentes): form, date and check digit.

Source of the check digit: SAT's reply 0610100135506 to an information request; its worked case, GODE561231GR, adds up
to 1026 and gives 8. Of the RFCs in use about 0.3 % fail it, so a failure is a reason to look at the SAT certificate
(constancia de situación fiscal), never to refuse. The digit is blind to the character of weight 11 (the second letter
of a legal person, the third of a natural one) and to characters that stand 11 or 22 apart in its table.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from services.registration.domain.reasons import RfcDoubt, RfcReason

Kind = Literal["legal", "natural"]
"""Persona moral (12 characters) or persona física (13)."""

RULES = "sat-0610100135506-1"
SOURCE = "SAT, reply 0610100135506 (check digit); python-stdnum 2.2, stdnum.mx.rfc (form, inconvenient words)"

TABLE = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
"""Value of each character of the check digit: its position here."""

GENERIC = frozenset({"XAXX010101000", "XEXX010101000"})
"""The keys that invoices use for the general public and for foreigners: nobody's identity."""

INCONVENIENT = frozenset(
    {
        *(
            "BUEI",
            "BUEY",
            "CACA",
            "CACO",
            "CAGA",
            "CAGO",
            "CAKA",
            "CAKO",
            "COGE",
            "COJA",
            "COJE",
            "COJI",
            "COJO",
            "CULO",
        ),
        *(
            "FETO",
            "GUEY",
            "JOTO",
            "KACA",
            "KACO",
            "KAGA",
            "KAGO",
            "KAKA",
            "KOGE",
            "KOJO",
            "KULO",
            "MAME",
            "MAMO",
            "MEAR",
        ),
        *("MEAS", "MEON", "MION", "MOCO", "MULA", "PEDA", "PEDO", "PENE", "PUTA", "PUTO", "QULO", "RATA", "RUIN"),
    }
)
"""Words that SAT never issues as the first four letters of a natural person's RFC: it puts an X last."""

_IGNORED = re.compile(r"[\s‐-―-]+")
_LETTERS = re.compile(r"[A-ZÑ&]+")
_DATE = re.compile(r"[0-9]{6}")
_TAIL = re.compile(r"[0-9A-Z]{3}")
_USUAL_TAIL = re.compile(r"[1-9A-V][1-9A-Z][0-9A]")


@dataclass(frozen=True, slots=True)
class ValidRfc:
    """Well-formed, and its check digit fits."""

    rfc: str
    kind: Kind
    reasons: tuple[RfcReason, ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtfulRfc:
    """Such are in use, but most are slips: for an operator to confirm."""

    rfc: str
    kind: Kind
    reasons: tuple[RfcDoubt, ...]


@dataclass(frozen=True, slots=True)
class RefusedRfc:
    """Nobody's RFC."""

    rfc: str
    kind: Kind | None
    """By the length alone; None where the length fits neither."""
    reasons: tuple[RfcReason, ...]


Verdict: TypeAlias = ValidRfc | DoubtfulRfc | RefusedRfc


class Term(NamedTuple):
    """One character's part in the check digit."""

    character: str
    value: int
    weight: int


LONGEST_WRITTEN = 100
"""Characters of an RFC with whatever people write between its letters."""


def normalise(text: str) -> str:
    """Upper case, without spaces and dashes; Ñ in one code point. What is too long for an RFC stays as it is."""
    if len(text) > LONGEST_WRITTEN:
        return text
    return _IGNORED.sub("", unicodedata.normalize("NFC", text).upper())


def kind_of(rfc: str) -> Kind | None:
    """Legal or natural person by the length; None where it fits neither."""
    if len(rfc) == 12:
        return "legal"
    return "natural" if len(rfc) == 13 else None


def terms(rfc: str) -> tuple[Term, ...]:
    """The twelve terms of a well-formed RFC's check digit; a legal person's body is padded with a space on the left."""
    body = rfc[:-1].rjust(12)
    return tuple(Term(character, TABLE.index(character), 13 - place) for place, character in enumerate(body))


def check_digit(rfc: str) -> str:
    """The digit that fits the body of a well-formed RFC: 0 to 9, or A for ten."""
    total = sum(term.value * term.weight for term in terms(rfc))
    return "0123456789A"[-total % 11]


def judge(text: str) -> Verdict:
    """Normalise an RFC and say whether it can be a supplier's identity."""
    rfc = normalise(text)
    kind = kind_of(rfc)
    reasons = _faults(rfc, kind)
    if reasons or kind is None:
        return RefusedRfc(rfc, kind, reasons)
    doubts = _doubts(rfc)
    return DoubtfulRfc(rfc, kind, doubts) if doubts else ValidRfc(rfc, kind)


def _doubts(rfc: str) -> tuple[RfcDoubt, ...]:
    tests: tuple[tuple[RfcDoubt, bool], ...] = (
        ("rfc_homoclave_unusual", _USUAL_TAIL.fullmatch(rfc[-3:]) is not None),
        ("rfc_check_digit", check_digit(rfc) == rfc[-1]),
    )
    return tuple(doubt for doubt, passed in tests if not passed)


def _faults(rfc: str, kind: Kind | None) -> tuple[RfcReason, ...]:
    if rfc and set(rfc) == {"X"}:
        return ("rfc_redacted",)
    if rfc in GENERIC:
        return ("rfc_generic",)
    if kind is None:
        return ("rfc_length",)
    letters, day, tail = rfc[:-9], rfc[-9:-3], rfc[-3:]
    tests: tuple[tuple[RfcReason, bool], ...] = (
        ("rfc_letters", _LETTERS.fullmatch(letters) is not None),
        ("rfc_inconvenient_word", letters not in INCONVENIENT),
        ("rfc_date", _is_date(day)),
        ("rfc_homoclave", _TAIL.fullmatch(tail) is not None),
    )
    return tuple(reason for reason, passed in tests if not passed)


def _is_date(yymmdd: str) -> bool:
    """Whether the date exists in 1900 to 1999 or in 2000 to 2099: the second has every day of the first, and
    29 February 2000 besides.
    """
    if _DATE.fullmatch(yymmdd) is None:
        return False
    try:
        date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return False
    return True
