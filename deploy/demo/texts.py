"""What the demo says, in Spanish and in English (`PDP_LANG`, or `pdp --lang`). Data stay as they are."""

from __future__ import annotations

from deploy.cli.texts import language
from shared.i18n import Catalogue

_CATALOGUE = Catalogue("deploy.demo")


def tell(code: str, /, **values: object) -> str:
    """The text of this code in the chosen language."""
    return _CATALOGUE.text(code, language(), **values)
