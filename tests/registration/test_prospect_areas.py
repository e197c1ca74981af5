import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.domain.prospect_areas import PLACING, AreaFound, place
from shared.areas import CODES
from shared.scian import is_class

TITLE = "Fabricación de piezas metálicas troqueladas para vehículos automotrices"


def placed(scian: str | None, activity: str = "", *, title: str = "", name: str = "") -> dict[str, str]:
    said = {"activity": [activity], "name": [name]}
    return {each.area: each.confidence for each in place(PLACING, scian=scian, title=title, said=said)}  # type: ignore[arg-type]


def of(area: str, found: tuple[AreaFound, ...]) -> AreaFound:
    return next(each for each in found if each.area == area)


def test_every_area_of_the_tables_is_one() -> None:
    told = {term.area for terms in PLACING.terms.values() for term in terms}
    assert told | {area for areas in PLACING.classes.values() for area in areas} == set(CODES)


def test_every_class_of_the_tables_is_one() -> None:
    assert [scian for scian in PLACING.classes if not is_class(scian)] == []


def test_a_class_alone_is_never_high() -> None:
    alone = {confidence for scian in PLACING.classes for confidence in placed(scian).values()}
    assert alone == {"low", "medium"}


@pytest.mark.parametrize(
    ("scian", "activity", "area", "confidence"),
    [
        ("336370", "Estampado de piezas", "P01", "high"),
        ("336390", "Estampado de piezas", "P01", "medium"),
        ("336370", "Fabricación de autopartes", "P01", "medium"),
        ("326192", "INYECCIÓN Y PINTADO DE AUTOPARTES DE PLÁSTICO", "P23", "high"),
        ("326192", "inyeccion de plastico", "P23", "high"),
        ("326198", "Piezas plásticas", "P23", "medium"),
        ("336390", "Piezas plásticas", "P23", "low"),
        ("336320", "Ensamble de arneses", "P30", "high"),
        ("334410", "Wire harness assembly", "P30", "medium"),
        ("336370", "Stamping and welding", "P17", "high"),
        (None, "Tratamientos térmicos", "P18", "medium"),
    ],
)
def test_words_and_class_together(scian: str | None, activity: str, area: str, confidence: str) -> None:
    assert placed(scian, activity)[area] == confidence


@pytest.mark.parametrize(
    ("scian", "activity"),
    [
        ("322210", "Cartón troquelado y estampado"),
        ("336370", "Estamparía"),
        ("336370", "Inyección de combustible y además, en otra nave distinta y lejana, plástico"),
        ("325211", "Resinas"),
        ("336110", "Ensamble de automóviles"),
    ],
)
def test_words_that_mean_something_else_tell_nothing(scian: str, activity: str) -> None:
    told = {area for area, confidence in placed(scian, activity).items() if confidence != placed(scian).get(area)}
    assert told == set()


def test_what_the_title_of_the_class_says_is_no_second_witness() -> None:
    activity = "Piezas metálicas troqueladas"
    assert placed("336370", activity)["P01"] == "high"
    assert placed("336370", activity, title=TITLE)["P01"] == "medium"


def test_a_name_hints_at_most() -> None:
    assert placed("332810")["P18"] == "low"
    assert placed("332810", name="TRATAMIENTOS TÉRMICOS EJEMPLO SA DE CV")["P18"] == "medium"
    assert placed("336390", name="Troquelados Ejemplo SA de CV")["P01"] == "low"


def test_each_area_says_what_it_rests_on_in_the_registers_own_words() -> None:
    said = {"activity": ["Inyección de partes plásticas"], "name": ["Plastic Injection Ejemplo"]}
    found = of("P23", place(PLACING, scian="326192", title="", said=said))  # type: ignore[arg-type]
    assert [(why.basis, why.said) for why in found.why] == [
        ("scian", "326192"),
        ("activity", "Inyección partes plásticas"),
        ("name", "Plastic Injection"),
    ]


@given(st.text(max_size=200), st.sampled_from(["336370", "326192", "999999", None]))
def test_any_text_is_placed_the_surest_first(text: str, scian: str | None) -> None:
    order = ["high", "medium", "low"]
    confidences = list(placed(scian, text, name=text).values())
    assert confidences == sorted(confidences, key=order.index)
    assert placed(scian, text.upper()).keys() >= placed(scian).keys()
