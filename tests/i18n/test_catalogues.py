"""Every catalogue of messages: whole in both languages, and of the code as it is."""

import re
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from shared.i18n import LANGUAGES, Catalogue
from shared.i18n.catalogue import folder_of, messages
from shared.security.tokens import TokenReason
from shared.service.http import errors
from tests.i18n import codes

OWNERS = codes.owners()


def test_there_are_catalogues() -> None:
    assert {"deploy.cli", "deploy.demo"} <= set(OWNERS)


@pytest.mark.parametrize("owner", OWNERS)
def test_both_languages_have_the_same_messages_with_the_same_parameters(owner: str) -> None:
    spanish, english = (messages(folder_of(owner) / f"{language}.po") for language in LANGUAGES)
    assert set(spanish) ^ set(english) == set()
    assert [code for code in spanish if not (spanish[code] and english[code])] == []
    assert [code for code in spanish if codes.parameters(spanish[code]) != codes.parameters(english[code])] == []


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_a_valid_file_without_doubt(owner: str, language: str) -> None:
    file = folder_of(owner) / f"{language}.po"
    with file.open("rb") as po:
        catalogue = read_po(po, abort_invalid=True)
    assert str(catalogue.locale) == language
    assert [message.id for message in catalogue if message.id and (message.fuzzy or message.context)] == []
    assert not [*catalogue.obsolete]
    ids = Counter(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("msgid"))
    assert [line for line, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_every_message_is_used(owner: str) -> None:
    said = codes.source(codes.scope(owner))
    assert [code for code in messages(folder_of(owner) / "es.po") if not said.uses(code)] == []


@pytest.mark.parametrize("owner", OWNERS)
def test_every_code_in_use_has_its_message_and_gives_its_parameters(owner: str) -> None:
    folder = codes.ROOT / Path(*owner.split("."))
    catalogue = Catalogue(*codes.words(owner))
    wrong = []
    for call in codes.source(codes.sources(str(folder.relative_to(codes.ROOT)))).calls:
        message = next((words[call.code] for words in map(_spanish, codes.words(owner)) if call.code in words), None)
        if message is None or not all(catalogue.has(call.code, language) for language in LANGUAGES):
            wrong.append(f"{call.at}: no message {call.code}")
        elif not (call.is_open or call.parameters >= codes.parameters(message)):
            wrong.append(f"{call.at}: {call.code} with {sorted(call.parameters)}, not {codes.parameters(message)}")
    assert wrong == []


def test_every_code_that_the_lower_wings_tell_has_its_message_and_gives_its_parameters() -> None:
    wings = ("engines", "provision", "target", "local", "compose")
    told = codes.told(file for wing in wings for file in sorted((codes.ROOT / "deploy" / wing).rglob("*.py")))
    spanish = _spanish("deploy.cli")
    assert {"kafka.starting", "error.late"} <= {call.code for call in told}
    assert [f"{call.at}: no message {call.code}" for call in told if call.code not in spanish] == []
    assert [
        call for call in told if not (call.is_open or call.parameters >= codes.parameters(spanish[call.code]))
    ] == []


REASONS = re.compile(
    r"(Reason|Refusal|Problem|Ineligible|NotConsented|Exclusion|FailedCondition|Placing|Note|Flag|Why|Fault)$"
)
"""Names of closed vocabularies that say why, in the modules of a stage's reasons."""

VOCABULARIES = ("reasons", "refusal", "instrument", "answers", "evidence")


@pytest.mark.parametrize("stage", ["registration", "matching", "diagnosis", "development", "financing"])
def test_every_reason_of_a_stage_is_worded(stage: str) -> None:
    names = [f"services.{stage}.domain.{name}" for name in VOCABULARIES]
    types = [vars(import_module(name)).items() for name in names if find_spec(name)]
    reasons = {code for found in types for name, type_ in found if REASONS.search(name) for code in get_args(type_)}
    assert reasons
    catalogue = Catalogue(f"services.{stage}", "shared.service", "shared.files")
    assert [code for code in reasons if isinstance(code, str) and not catalogue.has(code, "es")] == []


def test_codes_that_are_put_together_or_looked_up_are_worded() -> None:
    found = {*errors.CODES.values(), "http_error", *(f"token_refused.{reason}" for reason in get_args(TokenReason))}
    catalogue = Catalogue("shared.service")
    assert [code for code in found for language in LANGUAGES if not catalogue.has(code, language)] == []


def _spanish(package: str) -> dict[str, str]:
    return dict(messages(folder_of(package) / "es.po"))


SAMPLE = """
say("one", a=1)
say(f"two.{name}")
name = "x"
Problem(404, "three" if name else "four", **more)
"""


def test_what_the_walk_finds(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(SAMPLE, encoding="utf-8")
    said = codes.source([(tmp_path / "sample.py")])
    assert [(call.code, sorted(call.parameters), call.is_open) for call in said.calls] == [
        ("one", ["a"], False),
        ("three", [], True),
        ("four", [], True),
    ]
    assert [code for code in ("one", "two.x", "two.y", "five") if said.uses(code)] == ["one", "two.x"]


OTHER_WORDS = {"cohorte": "generación", "coincidencia": "vinculación", "sólo": "solo"}
"""In Spanish, with what the glossary has in their place."""


@pytest.mark.parametrize("owner", OWNERS)
def test_one_thing_has_one_word(owner: str) -> None:
    words = re.compile(rf"\b({'|'.join(OTHER_WORDS)})s?\b", re.IGNORECASE)
    found = {code: words.findall(text) for code, text in messages(folder_of(owner) / "es.po").items()}
    assert {code: each for code, each in found.items() if each} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_heads_of_columns_are_written_alike(language: str) -> None:
    """One beside the other, of which one was small and one in capitals."""
    found = messages(folder_of("deploy.cli") / f"{language}.po")
    heads = {code: words for code, words in found.items() if code.startswith("head.")}
    odd = {words for words in heads.values() if not words[0].isupper() or (words.isupper() and len(words) > 3)}
    assert len(heads) > 40
    assert odd == set()
