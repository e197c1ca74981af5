"""Sentences in the language of who asks: those of problems, and those of files."""

import asyncio
from functools import partial

import httpx
import pytest
from fastapi import FastAPI

from services.registration.files import suppliers
from shared.days import day_of
from shared.files.cells import Column, choice, values
from shared.files.rows import Row
from shared.i18n import Catalogue, speak, worded
from shared.runtime.clock import now
from shared.service.http import Problem
from shared.service.http.application import install
from tests.files.given import read_by

WORDS = Catalogue("services.registration", "shared.service", "shared.files")


async def detail(language: str | None) -> str:
    app = FastAPI()
    install(app, "services.registration")

    @app.get("/")
    async def fail() -> None:
        raise Problem(404, "supplier_unknown")

    headers = {} if language is None else {"Accept-Language": language}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        return str((await http.get("/", headers=headers)).json()["detail"])


async def test_a_problem_is_told_in_the_language_asked_for() -> None:
    assert await detail("es-MX") == "No hay un proveedor con este identificador; revíselo o busque la empresa."
    for english in (None, "en", "en-GB,es;q=0.5"):
        assert await detail(english) == "There is no supplier of this id; check it, or search for the firm."


async def test_two_requests_at_once_speak_each_its_own() -> None:
    spanish, english = await asyncio.gather(detail("es"), detail("en"))
    assert (spanish[:2], english[:5]) == ("No", "There")


@pytest.mark.parametrize("language", [None, "es"])
def test_a_missing_word_or_parameter_leaves_the_code(language: str | None) -> None:
    async def told() -> list[str]:
        speak(language, WORDS)
        return [worded("no_such_code"), worded("file_too_many_rows")]

    assert asyncio.run(told()) == ["no_such_code", "file_too_many_rows"]


def test_what_is_wrong_in_a_file_is_told_in_spanish() -> None:
    header = "rfc,razon_social,sector,scian,estado,inicio_operaciones,trabajadores,ventas_anuales_mxn"
    generic = "XAXX010101000,Firma,industria,336330,15,1987-09-17,50,100000000.00"
    broken = "SAT970701NN3,,minería,336330,15,1987-09-17,-5,1"

    async def told() -> list[str]:
        speak("es", WORDS)
        content = "\n".join([header, generic, broken]).encode()
        _, faults = read_by(partial(suppliers.read, today=day_of(now())), content, suppliers.wanted(10))
        return [fault.detail for fault in faults]

    details = asyncio.run(told())
    assert "Esta celda no puede estar vacía." in details
    assert "Es uno de: industria, comercio, servicios." in details
    assert "Es un RFC genérico, para facturas; dé el de la empresa." in details
    assert not [each for each in details if each.startswith(("This", "A ", "An "))]


def test_one_code_may_have_several_sentences_and_a_field_before_them() -> None:
    async def told(language: str | None) -> list[bytes]:
        speak(language, WORDS)
        problems = Problem(403, "not_yours", message="not_yours.anchor"), Problem(422, "scian_form", at="scian")
        return [bytes(problem.response().body) for problem in problems]

    yours, scian = asyncio.run(told(None))
    assert (b'"title":"not_yours"' in yours, b"another anchor" in yours) == (True, True)
    assert b'"detail":"scian: A SCIAN class has six digits."' in scian
    assert b'"detail":"scian: La clase SCIAN' in asyncio.run(told("es"))[1]


def test_without_a_language_a_cell_is_refused_in_english() -> None:
    columns = [Column("activa", "active", choice({"si": True}))]

    async def told() -> str:
        speak(None, WORDS)
        return values(columns, Row(2, {"activa": "quizá"}))[1][0].detail

    assert asyncio.run(told()) == "This is one of: si."
