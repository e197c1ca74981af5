"""Messages by code, from the `.po` files of packages."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from babel.messages.pofile import read_po

from shared.i18n.language import Language


class Catalogue:
    """The messages in `locale/es.po` and `locale/en.po` of these packages; the first that has a code words it.

    Nothing is read before the first text is asked for.
    """

    def __init__(self, *packages: str) -> None:
        self._packages = packages

    def text(self, code: str, language: Language, /, **params: object) -> str:
        """The message of this code. The code itself when it has no message here, or one that wants other parameters:
        a missing word must not cost the caller the answer, and `tests/i18n` refuses it.
        """
        message = self._message(code, language)
        try:
            return code if message is None else message.format(**params)
        except (LookupError, ValueError, TypeError, AttributeError):
            return code

    def has(self, code: str, language: Language) -> bool:
        return self._message(code, language) is not None

    def _message(self, code: str, language: Language) -> str | None:
        found = (messages(folder_of(package) / f"{language}.po").get(code) for package in self._packages)
        return next((message for message in found if message), None)


@cache
def folder_of(package: str) -> Path:
    """Where a package keeps its catalogues. Raises ``LookupError`` when there is no such package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"no package {package}")
    return Path(spec.submodule_search_locations[0]) / "locale"


@cache
def messages(file: Path) -> Mapping[str, str]:
    """Every message of one file by its code; none where there is no file."""
    if not file.exists():
        return {}
    with file.open("rb") as po:
        return {str(each.id): str(each.string) for each in read_po(po, abort_invalid=True) if each.id}
