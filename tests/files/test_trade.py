"""Words of the trade are read alike in every file: of firms, and of what is asked of them."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from services.matching.files.requirements import SPECIFICATION
from services.matching.views.requirements import Delivery, Program, Standard
from services.registration.domain import certificates, limits, trade
from services.registration.files.supplier_columns import OFFERING, TEMPLATE
from shared.files.cells import Choice, Several
from shared.files.faults import CellRefusedError
from shared.files.trade import DELIVERIES, DESIGN, PROGRAM, QMS, STANDARD

OF_FIRMS = {column.name: column.parse for column in (*OFFERING, *TEMPLATE.columns)} | {
    column.name: column.parse for group in TEMPLATE.groups for column in group.columns
}
ASKED = {column.name: column.parse for column in SPECIFICATION}
ALIKE = {
    "sgc": "sgc",
    "certificado_norma": "certificados",
    "diseno": "diseno_min",
    "entregas": "entregas",
    "programa": "programas",
    "idiomas": "idiomas",
    "planta_latitud": "planta_latitud",
    "planta_longitud": "planta_longitud",
    "planta_estado": "estado_planta",
    "area": "area",
}
"""Columns of firms, and those in which the same is asked for."""
WRITTEN = (
    *("ISO 14001:2015", "ISO14001", "iso 45001", "ISO/IEC 17025:2017", "ISO 27001:2022", "TISAX", "ISO 9001:2008"),
    *("C-TPAT", "ctpat", "IMMEX", "OEA", "Build to Print", "co-design", "Plano del cliente", "JIT", "fca; DAP"),
    *("EN", "es;en", "20.588793°", "+20,5888", "-100.38988812", "20°35'", "QRO", "Querétaro", "p14", "burro", ""),
    *STANDARD.options,
    *DESIGN.options,
)


def read(parse: Callable[[str], Any], cell: str) -> Any:
    try:
        found = parse(cell)
    except CellRefusedError:
        return "refused"
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize(("of_firms", "asked"), ALIKE.items())
def test_what_the_file_of_firms_takes_the_file_of_requirements_takes_too(of_firms: str, asked: str) -> None:
    for cell in WRITTEN:
        said, meant = read(OF_FIRMS[of_firms], cell), read(ASKED[asked], cell)
        if asked == "certificados" and {*said} & {*QMS.options}:
            said = "refused"
        assert meant == (() if cell == "" and meant == () else said), (cell, asked)


@pytest.mark.parametrize(
    "cell", ["ISO 9001:2015", "iso_9001", "IATF 16949:2016", "TISAX; ISO9001", "NMX-CC-9001-IMNC-2015"]
)
def test_a_quality_system_is_asked_for_in_its_own_column(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refused:
        ASKED["certificados"](cell)
    assert refused.value.message == "cell_value.sgc"


def test_these_are_the_words_that_the_stages_know() -> None:
    assert (
        {*STANDARD.options} == {*get_args(certificates.Standard)} == {*get_args(Standard)} | {"iso_9001", "iatf_16949"}
    )
    assert {*QMS.options.values()} == {*get_args(certificates.Qms)}
    assert {*DESIGN.options.values()} == {*get_args(limits.Design)}
    assert {*DELIVERIES.of.options} == {*get_args(limits.Delivery)} == {*get_args(Delivery)}
    assert {*PROGRAM.options} == {*get_args(trade.Program)} == {*get_args(Program)}
    assert all(
        isinstance(ASKED[name], Choice | Several) for name in ("certificados", "programas", "entregas", "diseno_min")
    )
