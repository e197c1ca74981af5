"""Materials: what people write, mapped to a catalogue of families and grades.

`PA6-GF30`, `pa 6 gf30` and `Nylon 6 30% GF` are one material; `acero` is the family of `acero inoxidable 304`, so
either meets the other: the grade is optional. What the catalogue does not map is not known: the firm has to be asked.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Words = tuple[str, ...]

Found = Literal["met", "not_met", "unknown"]

TEXTS_REMEMBERED = 4096
"""Texts that are understood once: a few hundred are in use, and each is compared with every requirement."""

SAYS_NOTHING = frozenset(
    {"de", "del", "en", "of", "sae", "aisi", "astm", "din", "aa", "grado", "grade", "tipo", "type"}
)
"""Words that are left out: who numbers a grade, and what only joins two words."""


class Named(NamedTuple):
    """What a text was understood as."""

    line: tuple[str, ...]
    """The material, its family, the family's family, …; empty: nothing that the catalogue has."""
    rest: Words
    """Words behind it that the catalogue does not have, as a grade or a colour."""
    words: Words


@dataclass(frozen=True, slots=True, eq=False)
class Materials:
    """One version of the catalogue."""

    version: str
    names: Mapping[Words, str]
    """From the words of each name to the code of its material."""
    families: Mapping[str, str | None]
    """From each code to its family's."""
    fillers: Mapping[Words, str]
    """From the words of each filler (ISO 1043-2) to its symbol."""
    filled: str
    """The family whose members take fillers."""

    def compare(self, needed: Sequence[str], offered: Sequence[str]) -> Found:
        """Whether one of the materials that are offered is one of those that will do."""
        found = {_compare(named(self, need), named(self, offer)) for need in needed for offer in offered}
        return "met" if "met" in found else "unknown" if "unknown" in found else "not_met"

    def line(self, code: str) -> tuple[str, ...]:
        """A material, its family, the family's family and so on."""
        line = [code]
        while (family := self.families[line[-1]]) is not None:
            line.append(family)
        return tuple(line)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def named(materials: Materials, text: str) -> Named:
    """What a text names."""
    return _named(materials, words_of(text))


def _named(materials: Materials, words: Words) -> Named:
    """The longest name that the words begin with, then its filler, then a grade of it or a family of it."""
    for length in range(len(words), 0, -1):
        code = materials.names.get(words[:length])
        if code is None:
            continue
        line, rest = _filled(materials, materials.line(code), words[length:])
        more = _named(materials, rest)
        if line[0] in more.line:
            return more._replace(words=words)
        if more.line and more.line[0] in line:
            rest = more.rest
        return Named(line, rest, words)
    return Named((), words, words)


def _filled(materials: Materials, line: tuple[str, ...], rest: Words) -> tuple[tuple[str, ...], Words]:
    if materials.filled in line:
        for filler, symbol in materials.fillers.items():
            share, after = _share(rest, filler)
            if after is not None:
                family = f"{line[0]}-{symbol}"
                return (*([family + share] if share else []), family, *line), after
    return line, rest


def _compare(one: Named, other: Named) -> Found:
    if not one.line or not other.line:
        return "met" if _begins(one.words, other.words) else "unknown"
    wider, narrower = sorted((one, other), key=lambda each: len(each.line))
    if wider.line[0] not in narrower.line:
        return "not_met"
    if wider.line == narrower.line:
        return "met" if not wider.rest or not narrower.rest or _begins(wider.rest, narrower.rest) else "unknown"
    return "unknown" if wider.rest else "met"


def _begins(one: Words, other: Words) -> bool:
    """Whether the longer begins with the shorter: a grade is optional."""
    shorter = min(len(one), len(other))
    return shorter > 0 and one[:shorter] == other[:shorter]


def words_of(text: str) -> Words:
    """The words and the numbers of a text, without case, accents, whatever stands between them, and words that say
    nothing.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return tuple(word for word in re.findall(r"[^\W0-9_]+|[0-9]+", plain) if word not in SAYS_NOTHING)


def _share(rest: Words, filler: Words) -> tuple[str, Words | None]:
    """A filler's share in percent as it is written, before or behind its name, and the words behind both; None: the
    text has not this filler.
    """
    size = len(filler)
    if rest[:size] == filler:
        share = rest[size] if len(rest) > size and rest[size].isdigit() else ""
        return share, rest[size + bool(share) :]
    if rest and rest[0].isdigit() and rest[1 : size + 1] == filler:
        return rest[0], rest[size + 1 :]
    return "", None
