"""Who a sample firm is: name, RFC, contact.

RFC: 3 letters (legal person) or 4 (natural person), date AAMMDD, homoclave of 2, check digit (SAT's modulus 11, from
python-stdnum). The letters follow the name, the homoclave is random. The addresses end in example.com, which RFC 2606
keeps free of owners, and no Mexican subscriber number begins with 0: nobody is written to or rung up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.mx import rfc as stdnum_rfc

from deploy.demo.sample.words import GIVEN_NAMES, LEGAL_FORMS, MARK_FIRM, MARK_PERSON, PLACES, SURNAMES, plain

HOMOCLAVE_1 = "123456789ABCDEFGHIJKLMNOPQRSTUV"
HOMOCLAVE_2 = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHECK_DIGITS = "0123456789A"
SMALL_WORDS = ("DEL", "DE", "LA", "EN", "A", "Y", "CNC")
FIRST_FOUNDED, LAST_FOUNDED = date(1985, 1, 1), date(2022, 12, 31)
FIRST_BORN, LAST_BORN = date(1958, 1, 1), date(1992, 12, 31)


@dataclass(frozen=True, slots=True)
class Identity:
    rfc: str
    name: str
    operating_since: date
    contact_name: str
    contact_email: str
    contact_phone: str


def legal_person(rng: random.Random, number: int, coined: str, trade: str) -> Identity:
    """A firm, named after its trade, a coined word and a place."""
    brand = f"{trade} {coined} {rng.choice(PLACES)}"
    founded = _day(rng, FIRST_FOUNDED, LAST_FOUNDED)
    letters = "".join(word[0] for word in plain(brand).split() if word not in SMALL_WORDS)[:2]
    # The last letter comes from the place, so that firms of one trade do not share all three.
    letters = f"{letters}{plain(brand).split()[-1][0]}"
    return Identity(
        rfc=_rfc(rng, letters, founded),
        name=f"{brand}, {rng.choice(LEGAL_FORMS)} {MARK_FIRM}",
        operating_since=founded + timedelta(days=rng.randrange(300)),
        contact_name=_person(rng),
        contact_email=f"{plain(coined).lower().replace('ñ', 'n')}@example.com",
        contact_phone=_phone(number),
    )


def natural_person(rng: random.Random, number: int) -> Identity:
    """A person in business: letters of the surnames and the given name, date of birth."""
    given, (father, mother) = rng.choice(GIVEN_NAMES), rng.sample(SURNAMES, 2)
    vowel = next(char for char in plain(father)[1:] if char in "AEIOU")
    letters = f"{plain(father)[0]}{vowel}{plain(mother)[0]}{plain(given)[0]}"
    return Identity(
        rfc=_rfc(rng, letters, _day(rng, FIRST_BORN, LAST_BORN)),
        name=f"{given} {father} {mother} {MARK_PERSON}",
        operating_since=_day(rng, date(1998, 1, 1), LAST_FOUNDED),
        contact_name=f"{given} {father} {mother}",
        contact_email=f"persona.{number:03d}@example.com",
        contact_phone=_phone(number),
    )


def with_wrong_check_digit(rfc: str) -> str:
    """The same RFC as somebody would write it who slipped in its last place."""
    return rfc[:-1] + CHECK_DIGITS[(CHECK_DIGITS.index(rfc[-1]) + 1) % len(CHECK_DIGITS)]


def invented_rfc(rng: random.Random) -> str:
    """A valid RFC of a legal person that belongs to no firm of the sample."""
    letters = "X" + "".join(rng.choices("BCDFGHJKLMNPQRSTVWXYZ", k=2))
    return _rfc(rng, letters, _day(rng, FIRST_FOUNDED, LAST_FOUNDED))


def _rfc(rng: random.Random, letters: str, day: date) -> str:
    body = f"{letters}{day:%y%m%d}{rng.choice(HOMOCLAVE_1)}{rng.choice(HOMOCLAVE_2)}"
    return body + str(stdnum_rfc.calc_check_digit(body))


def _day(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def _person(rng: random.Random) -> str:
    return " ".join((rng.choice(GIVEN_NAMES), *rng.sample(SURNAMES, 2)))


def _phone(number: int) -> str:
    return f"+52 55 0000 {number:04d}"
