"""What people read, in their language: codes in the program, their words in gettext catalogues."""

from shared.i18n.catalogue import Catalogue
from shared.i18n.language import DEFAULT, LANGUAGES, Language, negotiated

__all__ = ["DEFAULT", "LANGUAGES", "Catalogue", "Language", "negotiated"]
