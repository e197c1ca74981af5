"""The language of whoever is being answered at this moment, for sentences that are made where nobody else is seen."""

from contextvars import ContextVar

from shared.i18n.catalogue import Catalogue
from shared.i18n.language import DEFAULT, negotiated

_words: ContextVar[Catalogue | None] = ContextVar("words", default=None)


def speak(accept_language: str | None, catalogue: Catalogue) -> None:
    """From here on, in this task, sentences are in the language that this header asks for.

    Programs that ask for none get English, as the specifications are.
    """
    spanish = bool(accept_language) and negotiated(accept_language) == DEFAULT
    _words.set(catalogue if spanish else None)


def worded(code: str, english: str, /, **params: object) -> str:
    """The sentence of this code in the language spoken; the English one where the catalogue has no other."""
    catalogue = _words.get()
    if catalogue is None:
        return english
    text = catalogue.text(code, DEFAULT, **params)
    return english if text == code else text
