import pytest

from services.registration.domain.screening import ListState, gather
from services.registration.files import screening
from shared.files.faults import FileRefusedError
from tests.files.given import read_by
from tests.registration.test_rfc import SAT_LIST


def read_list(content: bytes, *, max_rows: int) -> tuple[dict[str, ListState], int]:
    """The entries of a list, and how many rows are left out."""
    rows, _ = read_by(screening.read, content, screening.wanted(max_rows))
    listed = [(entry.rfc, entry.state) for _, entry in rows if entry.rfc is not None]
    return gather(listed), len(rows) - len(listed)


HEADER = "No,rfc,Nombre del Contribuyente,situacion\n"


@pytest.mark.parametrize("column", ["situacion", "situacion_69b", "Situación", "Situación del contribuyente"])
def test_a_list_by_either_name_of_its_column(column: str) -> None:
    content = f"rfc,{column}\nMAB9307148T4,Definitivo\ntme840315kt6,Presunto\n".encode()
    assert read_list(content, max_rows=10) == ({"MAB9307148T4": "definitive", "TME840315KT6": "presumed"}, 0)


def test_names_are_not_read_and_redacted_firms_are_left_out() -> None:
    content = (HEADER + "1,MAB9307148T4,Firma,Desvirtuado\n2,XXXXXXXXXXXX,XXXX,Definitivo\n").encode("latin-1")
    assert read_list(content, max_rows=10) == ({"MAB9307148T4": "disproved"}, 1)


def test_a_list_as_it_is_downloaded() -> None:
    titles = "Información actualizada al 30 de septiembre de 2024,,,\nListado completo (Artículo 69-B),,,\n"
    header = "No,RFC,Nombre del Contribuyente,Situación del contribuyente\n"
    content = (titles + header + '1,MAB9307148T4,"FIRMA – “PRUEBA”, S.A. DE C.V.",Definitivo\n').encode("cp1252")
    assert read_list(content, max_rows=10) == ({"MAB9307148T4": "definitive"}, 0)


def test_a_doubtful_rfc_is_listed_all_the_same() -> None:
    content = b"rfc,situacion\nVACE460910SX6,Definitivo\nCCM650122I06,Presunto\n"
    assert read_list(content, max_rows=10)[0] == {"VACE460910SX6": "definitive", "CCM650122I06": "presumed"}


@pytest.mark.parametrize("situation", ["Sospechoso", ""])
def test_an_unknown_situation_refuses_the_list(situation: str) -> None:
    with pytest.raises(FileRefusedError) as caught:
        read_list(f"rfc,situacion\nA,Presunto\nMAB9307148T4,{situation}\n".encode(), max_rows=10)
    assert (caught.value.reason, caught.value.params) == ("situation_unknown", {"line": 3})


def test_the_tax_authoritys_own_list() -> None:
    if not SAT_LIST.exists():
        pytest.skip(f"needs the public list {SAT_LIST.name} beside the repository, in ../shared/data")
    entries, left_out = read_list(SAT_LIST.read_bytes(), max_rows=20_000)
    assert (len(entries), left_out) == (9_900, 0)
    states = list(entries.values())
    counts = {state: states.count(state) for state in set(states)}
    # 52 firms are listed more than once in different states: the gravest counts.
    assert counts == {"definitive": 8_368, "favourable_ruling": 1_140, "disproved": 301, "presumed": 91}
