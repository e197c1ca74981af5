"""Words as people write them, made comparable."""

import unicodedata


def plain(words: str) -> str:
    """Small letters without accents, the words joined by underscores: ` Razón  Social` is `razon_social`."""
    letters = unicodedata.normalize("NFD", words.casefold())
    return "_".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
