"""How a message is worded, and in which language."""

from pathlib import Path

import pytest

from shared.i18n import Catalogue, negotiated
from shared.i18n.catalogue import folder_of

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """Two packages that word the same code."""
    for package, es in (("near", {"hello": "Hola, {name}"}), ("far", {"hello": "Buenas", "only": "Sólo {aquí}"})):
        locale = tmp_path / package / "locale"
        locale.mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
        for language, mark in (("es", ""), ("en", "en: ")):
            entries = [f'msgid "{code}"\nmsgstr "{mark}{text}"\n' for code, text in es.items()]
            (locale / f"{language}.po").write_text("\n".join([HEADER, *entries]), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    folder_of.cache_clear()
    return Catalogue("near", "far")


def test_a_message_is_worded_in_the_language_asked_for(catalogue: Catalogue) -> None:
    assert catalogue.text("hello", "es", name="Ana") == "Hola, Ana"
    assert catalogue.text("hello", "en", name="Ana") == "en: Hola, Ana"


def test_the_nearest_package_words_a_code_and_the_others_what_it_lacks(catalogue: Catalogue) -> None:
    assert catalogue.text("hello", "es", name="{x}") == "Hola, {x}"
    assert catalogue.text("only", "es", aquí=1) == "Sólo 1"


@pytest.mark.parametrize(("code", "parameters"), [("unknown", {}), ("hello", {}), ("hello", {"nombre": "Ana"})])
def test_a_missing_message_or_parameter_costs_nobody_the_answer(catalogue: Catalogue, code: str, parameters) -> None:
    assert catalogue.text(code, "es", **parameters) == code


def test_there_is_no_catalogue_of_a_package_that_does_not_exist() -> None:
    with pytest.raises(LookupError):
        Catalogue("shared.nowhere").text("hello", "es")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "es"),
        ("", "es"),
        ("en", "en"),
        ("EN-us", "en"),
        ("en-GB,es;q=0.5", "en"),
        ("en;q=0.2, es-MX;q=0.9", "es"),
        ("fr, en;q=0.4", "en"),
        ("fr", "es"),
        ("*", "es"),
        ("en;q=0", "es"),
        ("en;q=much", "es"),
        ("es" + "x" * 10_000, "es"),
        (";;,,q=;", "es"),
    ],
)
def test_the_language_is_what_the_caller_prefers_of_what_there_is(header: str | None, language: str) -> None:
    assert negotiated(header) == language
