from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.domain.certificates import Certificate, Standard, faults, qms_of
from services.registration.domain.offering import Offering
from services.registration.domain.profile import tidy
from tests.registration.given import TODAY, process, profile

DAY = timedelta(days=1)


def certificate(standard: Standard = "iso_9001", valid_to: date = TODAY, **more: Any) -> Certificate:
    return Certificate(**{"standard": standard, "body": "Ejemplo", "number": "1", "valid_to": valid_to} | more)


def test_the_highest_rung_that_is_held_counts() -> None:
    high, low = certificate("iatf_16949", TODAY), certificate("iso_9001", TODAY + DAY)
    assert qms_of([low, high], TODAY) == ("iatf_16949", TODAY)
    assert qms_of([low, high], TODAY + DAY) == ("iso_9001", TODAY + DAY)
    assert qms_of([high, low], TODAY + 2 * DAY) == ("iso_9001", TODAY + DAY), "what ended last"
    assert qms_of([certificate("iso_14001"), certificate("tisax")], TODAY) is None


@given(st.lists(st.tuples(st.sampled_from(["iso_9001", "iatf_16949", "iso_14001"]), st.integers(-3, 3)), max_size=5))
def test_an_expired_certificate_is_not_held_while_another_is(some: list[tuple[Standard, int]]) -> None:
    found = qms_of([certificate(standard, TODAY + days * DAY) for standard, days in some], TODAY)
    systems = [days for standard, days in some if standard != "iso_14001"]
    assert (found is None) == (not systems)
    if found is not None:
        assert (found[1] < TODAY) == all(days < 0 for days in systems)


def test_what_the_firm_says_of_its_system_counts_without_certificates() -> None:
    alone = Offering(processes=(process(),), qms="iatf_16949", qms_valid_to=TODAY)
    assert tidy(profile(offering=alone), TODAY).offering == alone
    other = Offering(processes=(process(),), qms="iatf_16949", certificates=(certificate(), certificate("tisax")))
    found = tidy(profile(offering=other), TODAY).offering
    assert (found.qms, found.qms_valid_to) == ("iso_9001", TODAY)


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"body": ""}, "body", "line_form"),
        ({"number": "x" * 61}, "number", "line_form"),
        ({"scope": "dos\nlíneas"}, "scope", "line_form"),
        ({"site": "Planta Sur"}, "site", "site_unknown"),
        ({"valid_from": TODAY + DAY, "valid_to": TODAY + DAY}, "valid_from", "certificate_in_future"),
        ({"valid_from": TODAY, "valid_to": TODAY - DAY}, "valid_to", "days_backwards"),
    ],
)
def test_a_certificate_that_breaks_a_rule(more: dict[str, Any], field: str, reason: str) -> None:
    (fault,) = faults([certificate(site="Planta Norte"), certificate(**more)], ["Planta Norte"], TODAY)
    assert (fault.field, fault.reason) == (f"certificates.1.{field}", reason)


def test_a_firm_has_only_so_many() -> None:
    assert [fault.reason for fault in faults([certificate()] * 31, [], TODAY)] == ["too_many"]
