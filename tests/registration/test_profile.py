from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.registration.domain.offering import Offering
from services.registration.domain.profile import Contact, faults, tidy
from tests.registration.given import TODAY, process, profile


def contact(**more: Any) -> Contact:
    return Contact(**{"name": "Persona Ejemplo", "email": "persona@ejemplo.mx"} | more)


def test_a_whole_profile_has_no_fault() -> None:
    assert list(faults(profile(), TODAY)) == []
    assert list(faults(profile(contact=None, municipality=None, operating_since=TODAY), TODAY)) == []


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"legal_name": ""}, "legal_name", "legal_name_length"),
        ({"legal_name": "x" * 251}, "legal_name", "legal_name_length"),
        ({"legal_name": "Firma\x00"}, "legal_name", "legal_name_characters"),
        ({"legal_name": "."}, "legal_name", "name_says_nothing"),
        ({"contact": contact(name="")}, "contact.name", "contact_incomplete"),
        ({"contact": contact(name="12345")}, "contact.name", "name_says_nothing"),
        ({"contact": contact(email="persona@ejemplo")}, "contact.email", "contact_email"),
        ({"contact": contact(email="a b@ejemplo.mx")}, "contact.email", "contact_email"),
        ({"contact": contact(email="a\x00@ejemplo.mx")}, "contact.email", "contact_email"),
        ({"contact": contact(phone="ext. 5")}, "contact.phone", "contact_phone"),
        ({"scian": "33271"}, "scian", "scian_form"),
        ({"scian": "33271٠"}, "scian", "scian_form"),
        ({"scian": "000000"}, "scian", "scian_unknown"),
        ({"scian": "336371"}, "scian", "scian_unknown"),
        ({"state": "33", "municipality": None}, "state", "state_unknown"),
        ({"state": "99", "municipality": None}, "state", "state_unknown"),
        ({"municipality": "2214"}, "municipality", "municipality_form"),
        ({"municipality": "11007"}, "municipality", "municipality_of_other_state"),
        ({"state": "19", "municipality": "19999"}, "municipality", "municipality_unknown"),
        ({"state": "19", "municipality": "19052"}, "municipality", "municipality_unknown"),
        ({"state": "19", "municipality": "19000"}, "municipality", "municipality_unknown"),
        ({"operating_since": TODAY + timedelta(days=1)}, "operating_since", "operating_since_in_future"),
        ({"operating_since": date(1799, 1, 1)}, "operating_since", "operating_since_too_early"),
        ({"workers": -1}, "workers", "workers_range"),
        ({"workers": 1_000_001}, "workers", "workers_range"),
        ({"annual_sales_mxn": Decimal("-0.01")}, "annual_sales_mxn", "annual_sales_range"),
        ({"annual_sales_mxn": Decimal("0.001")}, "annual_sales_mxn", "annual_sales_range"),
        ({"annual_sales_mxn": Decimal("1e14")}, "annual_sales_mxn", "annual_sales_range"),
        ({"annual_sales_mxn": Decimal("NaN")}, "annual_sales_mxn", "annual_sales_range"),
        ({"annual_sales_mxn": Decimal("31.5"), "workers": 40}, "annual_sales_mxn", "annual_sales_in_millions"),
        ({"annual_sales_mxn": Decimal("39999.99"), "workers": 40}, "annual_sales_mxn", "annual_sales_in_millions"),
        ({"offering": Offering(processes=())}, "processes", "processes_missing"),
    ],
)
def test_a_field_that_breaks_a_rule(more: dict[str, Any], field: str, reason: str) -> None:
    (fault,) = faults(profile(**more), TODAY)
    assert (fault.field, fault.reason) == (field, reason)


@pytest.mark.parametrize(("sales", "workers"), [("0", 40), ("40000", 40), ("31.5", 0)])
def test_sales_in_pesos(sales: str, workers: int) -> None:
    assert list(faults(profile(annual_sales_mxn=Decimal(sales), workers=workers), TODAY)) == []


@pytest.mark.parametrize("phone", ["442 555 0101", "+52 (442) 555-0101", "(442) 5550101"])
def test_telephones_as_people_write_them(phone: str) -> None:
    assert list(faults(profile(contact=contact(phone=phone)), TODAY)) == []


def test_no_parameter_quotes_what_was_given() -> None:
    secret = "Perez\x00Secreto"
    given = profile(legal_name=secret, contact=Contact(name=secret, email=secret, phone=secret), scian=secret)
    details = " ".join(str(fault.params) for fault in faults(given, TODAY))
    assert "Perez" not in details


def test_tidy_makes_equal_what_differs_only_in_spacing_and_case() -> None:
    offering = Offering(processes=(process(materials=("Acero  1045 ", "acero 1045")),))
    rough = profile(
        legal_name="  Maquinados\u00a0Ejemplo\n SA de CV ",
        contact=contact(name=" Persona  Ejemplo", email=" persona@ejemplo.mx ", phone="  "),
        offering=offering,
    )
    neat = tidy(rough, TODAY)
    assert neat.legal_name == "Maquinados Ejemplo SA de CV"
    assert neat.contact == contact(phone=None)
    assert neat.offering.processes[0].materials == ("acero 1045",)
    assert tidy(neat, TODAY) == neat
