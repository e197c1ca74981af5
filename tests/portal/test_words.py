"""What a stage says as a code is a word on a page."""

import pytest

from services.portal.views.words import Words

ES, EN = Words("es"), Words("en")


@pytest.mark.parametrize(
    ("of", "text", "shown"),
    [
        ("qms", "iatf_16949", "IATF 16949"),
        ("location", "22", "Querétaro"),
        ("capacity", "2000000", "2,000,000"),
        ("envelope_force", "320 x 320 x 180 mm", "320 x 320 x 180 mm"),
        ("qms", "", ""),
    ],
)
def test_a_value(of: str, text: str, shown: str) -> None:
    assert ES.value(of, text) == shown


def test_an_integrator_s_code_is_not_shown_behind_its_word() -> None:
    assert ES.or_code("criterion", "capacity") == "capacidad"
    assert EN.or_code("gate", "list_69b") == "list of article 69-B"
    assert ES.or_code("gate", "never_heard_of") == "never heard of"
