"""Words as people write them, made comparable."""

import unicodedata

LONGEST = 200
"""Characters of a header or a choice: none of ours has more, and to take accents apart may cost their square."""

_SPELLED = {"%": "pct", "μ": "u"}


def plain(words: str) -> str:
    """Small letters without accents, and digits, with nothing between them: ` Razón  Social*` is `razonsocial`,
    `OTIF % (12 m)` is `otifpct12m`.

    What is longer than any of ours stays as it is.
    """
    if len(words) > LONGEST:
        return words
    letters = unicodedata.normalize("NFD", words.casefold())
    return "".join(letter for letter in (_SPELLED.get(letter, letter) for letter in letters) if letter.isalnum())
