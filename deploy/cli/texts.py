"""What people read in the terminal, in Spanish and in English (`PDP_LANG`, or `pdp --lang`). Data stay as they are."""

from __future__ import annotations

import os
from functools import cache

from shared.i18n import Catalogue, Language, negotiated

LANG = "PDP_LANG"

_CATALOGUE = Catalogue("deploy.cli")


def say(code: str, /, **values: object) -> str:
    """The text of this code in the chosen language."""
    return _CATALOGUE.text(code, language(), **values)


def reason_text(stage: str, code: str, /, **params: object) -> str:
    """What a stage's code says; the code itself where its catalogue does not know it."""
    try:
        return _reasons("financing" if stage.startswith("partner.") else stage).text(code, language(), **params)
    except (LookupError, ModuleNotFoundError):
        return code


@cache
def _reasons(service: str) -> Catalogue:
    return Catalogue(f"services.{service}", "shared.service")


def language() -> Language:
    """Spanish unless `PDP_LANG` asks for English; `en_GB.UTF-8` does too."""
    return negotiated(os.environ.get(LANG, "").partition(".")[0].replace("_", "-"))
