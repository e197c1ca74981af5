"""Messages by code, from the `.po` files of packages."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from babel.messages.pofile import read_po

from shared.i18n.language import Language
from shared.i18n.said import is_said


class Catalogue:
    """The messages in `locale/es.po` and `locale/en.po` of these packages, and of this one; the first that has a code
    words it.

    Nothing is read before the first text is asked for.
    """

    def __init__(self, *packages: str) -> None:
        self._packages = (*packages, "shared.i18n")

    def text(self, code: str, language: Language, /, **params: object) -> str:
        """The message of this code. The code itself when it has no message here, or one that wants other parameters:
        a missing word must not cost the caller the answer, and `tests/i18n` refuses it. A parameter that is itself
        `said` is worded too, and of several each.
        """
        message = self._message(code, language)
        try:
            return code if message is None else message.format(**self._worded(params, language))
        except (LookupError, ValueError, TypeError, AttributeError):
            return code

    def _worded(self, params: Mapping[str, object], language: Language) -> dict[str, object]:
        return {name: self._given(value, language) for name, value in params.items()}

    def _given(self, value: object, language: Language) -> object:
        if is_said(value):
            return self.text(value["code"], language, **value["params"])
        if isinstance(value, list | tuple):
            return " ".join(str(self._given(each, language)) for each in value)
        return _Number(value) if type(value) is int else value

    def has(self, code: str, language: Language) -> bool:
        return self._message(code, language) is not None

    def _message(self, code: str, language: Language) -> str | None:
        found = (_worded_by(package, language).get(code) for package in self._packages)
        return next((message for message in found if message), None)


class _Number(int):
    """A number by which a message chooses its words: `{count} {count:row was|rows were} refused`. A message may have
    several, which gettext's own plural forms cannot.
    """

    def __format__(self, spec: str) -> str:
        one, chooses, many = spec.partition("|")
        if not chooses:
            return super().__format__(spec)
        return one if self == 1 else many


@cache
def folder_of(package: str) -> Path:
    """Where a package keeps its catalogues. Raises ``LookupError`` when there is no such package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"no package {package}")
    return Path(spec.submodule_search_locations[0]) / "locale"


@cache
def _worded_by(package: str, language: Language) -> Mapping[str, str]:
    return messages(folder_of(package) / f"{language}.po")


@cache
def messages(file: Path) -> Mapping[str, str]:
    """Every message of one file by its code; none where there is no file."""
    if not file.exists():
        return {}
    with file.open("rb") as po:
        return {str(each.id): str(each.string) for each in read_po(po, abort_invalid=True) if each.id}
