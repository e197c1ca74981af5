"""What people read, in their language: codes in the program, their words in gettext catalogues."""

from shared.i18n.catalogue import Catalogue
from shared.i18n.language import DEFAULT, LANGUAGES, Language, negotiated
from shared.i18n.said import NotExplainedError, each_of, said, together
from shared.i18n.speaking import speak, worded

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "Catalogue",
    "Language",
    "NotExplainedError",
    "each_of",
    "negotiated",
    "said",
    "speak",
    "together",
    "worded",
]
