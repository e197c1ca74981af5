"""Words as people write them, made comparable."""

import unicodedata

LONGEST = 200
"""Characters of a header or a choice: none of ours has more, and to take accents apart may cost their square."""


def plain(words: str) -> str:
    """Small letters without accents, the words joined by underscores: ` Razón  Social` is `razon_social`.

    What is longer than any of ours stays as it is.
    """
    if len(words) > LONGEST:
        return words
    letters = unicodedata.normalize("NFD", words.casefold())
    return "_".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
