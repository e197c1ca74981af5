import pytest

from services.registration.domain.firm_name import parted


@pytest.mark.parametrize(
    "name",
    [
        "Forjas del Bajío, S.A. de C.V.",
        "FORJAS DEL BAJIO SA DE CV",
        "Forjas  del Bajío S. A. DE C. V",
        "Forjas del Bajío S.A.P.I. de C.V.",
        "Forjas del Bajío, S.A.P.I.B. de C.V.",
        "FORJAS DEL BAJIO SAPI DECV",
        "Forjas del Bajío, S. de R.L. de C.V.",
        "Forjas del Bajío S de RL de CV M.I.",
        "Forjas del Bajío S.R.L.",
        "Forjas del Bajío, S.A.",
        "Forjas del Bajío SAS de CV",
        "Forjas del Bajío, S.C.",
        "Forjas del Bajío S.C. de R.L. de C.V.",
        "Forjas del Bajío, S. en C. por A. de C.V.",
        "Forjas del Bajío, Sociedad Anónima de Capital Variable",
    ],
)
def test_names_are_the_same_whatever_their_form_and_writing(name: str) -> None:
    assert parted(name).key == "FORJAS DEL BAJIO"
    assert parted(name).form


@pytest.mark.parametrize(
    "name", ["Juan Pérez Ejemplo", "María de Sá", "Partes de SA", "", "Casa de cv modernos", "Ó" * 500]
)
def test_what_is_no_company_has_no_form(name: str) -> None:
    assert parted(name).form == ""


def test_letters_and_signs_that_tell_firms_apart_stay() -> None:
    assert parted("B&D de Reynosa 2, S. de R.L. de C.V.").key == "B&D DE REYNOSA 2"
    assert parted("Cañones SA de CV").key == parted("CANONES, S.A.").key


@pytest.mark.parametrize(
    ("name", "is_unmistakable"),
    [
        ("Forjas SA de CV", True),
        ("Forjas S de RL", True),
        ("Forjas SAPI", True),
        ("Forjas, S.A.", False),
        ("Frenos y A.C.", False),
    ],
)
def test_some_forms_may_be_something_else(name: str, is_unmistakable: bool) -> None:
    assert parted(name).is_unmistakable is is_unmistakable


def test_a_form_alone_is_no_name() -> None:
    assert parted("SA de CV") == ("", "SA DE CV")
