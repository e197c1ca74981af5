"""The language of whoever is being answered at this moment, for sentences that are made where nobody else is seen."""

from contextvars import ContextVar

from shared.i18n.catalogue import Catalogue
from shared.i18n.language import Language, negotiated

_speaking: ContextVar[tuple[Catalogue, Language] | None] = ContextVar("speaking", default=None)


def speak(accept_language: str | None, catalogue: Catalogue) -> None:
    """From here on, in this task, sentences are this catalogue's, in the language that this header asks for.

    Programs that ask for none get English, as the specifications are.
    """
    _speaking.set((catalogue, negotiated(accept_language) if accept_language else "en"))


def spoken() -> Language:
    """The language spoken; that of programs where nobody speaks."""
    speaking = _speaking.get()
    return "en" if speaking is None else speaking[1]


def worded(message: str, /, **params: object) -> str:
    """The sentence of this message in the language spoken; the bare message where nobody speaks."""
    speaking = _speaking.get()
    if speaking is None:
        return message
    catalogue, language = speaking
    return catalogue.text(message, language, **params)
