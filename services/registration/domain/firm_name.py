"""Legal names made comparable: by what they say, whatever company form and writing they come with."""

import re
import unicodedata
from typing import NamedTuple

LONGEST = 400
"""Characters of a name that are looked at: no legal name has more, and to take accents apart may cost their square."""


def _letters(form: str) -> str:
    """A form however its letters are parted: `S.A. de C.V.` and `SA DE CV` are one."""
    return " ".join(" ?".join(word) for word in form.split())


_VARIABLE = rf"(?: (?:DE ?)?(?:{_letters('CV')}|CAPITAL VARIABLE))?"
_STOCK = rf"{_letters('SA')}(?: ?(?:{_letters('PIB')}|{_letters('PI')}|B|S))?"
_LIMITED = rf"(?:S DE |S ?|{_letters('SC')} DE ){_letters('RL')}"
_PUBLIC_INTEREST = rf"(?: (?:DE )?(?:{_letters('MIP')}|{_letters('MI')}|{_letters('IP')}))?"
_PARTNERS = rf"S EN ?C(?: (?:POR|P) ?A| ?S)?|{_letters('SNC')}"
_SPELT = (
    "SOCIEDAD (?:ANONIMA(?: PROMOTORA DE INVERSION)?(?: BURSATIL)?|DE RESPONSABILIDAD LIMITADA|"
    "POR ACCIONES SIMPLIFICADA|EN COMANDITA(?: SIMPLE| POR ACCIONES)?|EN NOMBRE COLECTIVO)"
)
_SHORT = rf"{_letters('SA')}|{_letters('SC')}(?: ?[LP])?|{_letters('AC')}"
_CIVIL = rf"{_letters('SPR')} DE R ?[ILS]|SOCIEDAD (?:CIVIL|COOPERATIVA)|ASOCIACION CIVIL"
_FORM = re.compile(
    rf"(?:^| )(?:(?:{_STOCK}|{_LIMITED}|{_PARTNERS}|{_SPELT}){_VARIABLE}{_PUBLIC_INTEREST}|{_SHORT}|{_CIVIL})$"
)
_SHORT_FORM = re.compile(_SHORT)


class FirmName(NamedTuple):
    """A legal name in its parts, in capitals without accents and punctuation."""

    key: str
    """What it is called without its company form; empty where it says the form alone. Equal keys are equal names."""
    form: str
    """Its company form as it stands there; empty where it has none, as a natural person's."""

    @property
    def is_unmistakable(self) -> bool:
        """Whether the form can be nothing else: `AC` and `SA` may end the name of a shop, `SA DE CV` does not."""
        return bool(self.form) and _SHORT_FORM.fullmatch(self.form) is None


def parted(name: str) -> FirmName:
    """The parts of a name. Mexico's forms: Ley General de Sociedades Mercantiles, article 1, and the civil ones."""
    plain = _plain(name)
    found = _FORM.search(plain)
    key = plain if found is None else plain[: found.start()]
    if found is None or key.endswith(" DE"):
        # No company is called "… de": it is a surname, or a name that was cut off.
        return FirmName(plain, "")
    return FirmName(key.strip(), found[0].strip())


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name[:LONGEST].upper())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^A-Z0-9&]+", " ", kept).split())
