from typing import Any

import pytest

from services.registration.domain.trade import PartOrigin, TradeProgram, faults


def origin(**more: Any) -> PartOrigin:
    values: dict[str, Any] = {"family": "Soportes", "hs_code": "870829", "list": "core", "rvc_bp": 7_500}
    return PartOrigin(**values | more)


@pytest.mark.parametrize(
    ("programs", "origins", "found"),
    [
        ([{"program": "immex", "modality": "industrial"}, {"program": "oea"}], [{"hs_code": "8708299901"}], []),
        ([{"program": "oea"}] * 2, [], [("programs.1.program", "repeated")]),
        ([{"program": "oea", "modality": "industrial"}], [], [("programs.0.modality", "modality_of_immex")]),
        ([{"program": "oea", "number": ""}], [], [("programs.0.number", "line_form")]),
        ([], [{"hs_code": "8708.29"}], [("origins.0.hs_code", "hs_code_form")]),
        ([], [{"hs_code": "8708299"}], [("origins.0.hs_code", "hs_code_form")]),
        ([], [{"hs_code": "87082٩"}], [("origins.0.hs_code", "hs_code_form")]),
        ([], [{"rvc_bp": 10_001}], [("origins.0.rvc_bp", "share_range")]),
        ([], [{"family": "x" * 121}], [("origins.0.family", "line_form")]),
        ([{"program": "oea"}] * 11, [{}] * 31, ["too_many", "too_many"]),
    ],
)
def test_programs_and_origins(programs: list[dict[str, Any]], origins: list[dict[str, Any]], found: list[Any]) -> None:
    given = [*faults([TradeProgram(**each) for each in programs], [origin(**each) for each in origins])]
    if "too_many" in found:
        assert [each.reason for each in given if each.reason == "too_many"] == found
    else:
        assert [(each.field, each.reason) for each in given] == found
