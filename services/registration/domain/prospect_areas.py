"""Where a plant of a public register may belong: procurement areas by its SCIAN class and by the words of what it does,
each with a confidence and with what it rests on.

SCIAN says what a plant is, not what it can do: a class alone is never `high`. Words that the class's own title says
are no second witness.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, get_args

Confidence = Literal["low", "medium", "high"]
"""`high`: its own words name a process of the area, and its class is one of the area's. `medium`: its words name a
process and its class says nothing of the area, or its class is the area's own trade, or its class is one of the area's
and its words hint at it. `low`: its class is one of several that make such parts, or its words hint at it.
"""
Strength = Literal["weak", "strong"]
"""`strong` words name a process of the area, `weak` ones what is often made by it. Only what a plant says that it does
is strong: its name and the register's branch hint at most.
"""
Basis = Literal["scian", "activity", "branch", "name"]
"""`branch`: the register's own, which it puts the plant in."""

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
LONGEST = 300
"""Characters of a text that are looked at: no activity has half as many, and accents cost the square of a length."""
STEM = 3
"""Letters by which terms are found."""

_WORD = re.compile(r"\w+")
_ACCENTS = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñç", "aaaaaeeeeiiiiooooouuuunc")


@dataclass(frozen=True, slots=True)
class Why:
    """What a place in an area rests on."""

    basis: Basis
    said: str
    """The SCIAN class, or the words as they stand in the register."""


@dataclass(frozen=True, slots=True)
class AreaFound:
    """One area in which a plant may work."""

    area: str
    confidence: Confidence
    why: tuple[Why, ...]


class Term(NamedTuple):
    """Words that tell an area where they stand in this order, with few others between them."""

    area: str
    strength: Strength
    within: tuple[str, ...]
    """Beginnings of SCIAN classes in which they mean it: cardboard is stamped too."""
    words: tuple[str, ...]
    """In small letters without accents; one that ends in * may go on."""


@dataclass(frozen=True, slots=True)
class PlacingRules:
    """One version of the tables."""

    version: str
    source: str
    skipped: frozenset[str]
    """Words that count as not there."""
    between: int
    """Most words that may stand between two of a term."""
    classes: Mapping[str, Mapping[str, Confidence]]
    """By SCIAN class the areas that it is one of."""
    terms: Mapping[str, tuple[Term, ...]]
    """By the first letters of their first word."""


class _Token(NamedTuple):
    plain: str
    written: str


_Told: TypeAlias = dict[Strength, dict[str, str]]
_NOTHING: _Told = {"strong": {}, "weak": {}}


def place(
    rules: PlacingRules, *, scian: str | None, title: str, said: Mapping[Basis, Sequence[str]]
) -> tuple[AreaFound, ...]:
    """The areas of a plant, the surest first. `title`: of its class, as the register words it; `said`: the texts in
    which the register says what it does.
    """
    by_class = rules.classes.get(scian or "", {})
    told = {basis: _told(rules, scian, texts, title) for basis, texts in said.items()}
    areas = {*by_class, *(area for words in told.values() for strength in words.values() for area in strength)}
    found = [_found(area, scian or "", by_class, told) for area in sorted(areas)]
    return tuple(sorted(found, key=lambda each: -CONFIDENCES.index(each.confidence)))


def _found(area: str, scian: str, by_class: Mapping[str, Confidence], told: Mapping[Basis, _Told]) -> AreaFound:
    words = {basis: each["strong"].get(area) or each["weak"].get(area) for basis, each in told.items()}
    confidence = by_class.get(area, "low")
    if area in told.get("activity", _NOTHING)["strong"]:
        confidence = "high" if area in by_class else "medium"
    elif area in by_class and any(words.values()):
        confidence = "medium"
    of_class = [Why("scian", scian)] if area in by_class else []
    return AreaFound(area, confidence, (*of_class, *(Why(basis, text) for basis, text in words.items() if text)))


def _told(rules: PlacingRules, scian: str | None, texts: Sequence[str], title: str) -> dict[Strength, dict[str, str]]:
    """By strength the areas that texts tell, with their words; what the title says too tells nothing."""
    found: _Told = {"strong": {}, "weak": {}}
    for tokens in (_tokens(rules, text) for text in texts):
        for start, token in enumerate(tokens):
            for term in rules.terms.get(token.plain[:STEM], ()):
                if scian is not None and not scian.startswith(term.within):
                    continue
                end = _end(tokens, start, term.words, rules.between)
                if end is not None and not _stands(rules, title, term):
                    said = " ".join(each.written for each in tokens[start : end + 1])
                    found[term.strength].setdefault(term.area, said)
    return found


def _stands(rules: PlacingRules, text: str, term: Term) -> bool:
    words = _tokens(rules, text)
    return any(_end(words, start, term.words, rules.between) is not None for start in range(len(words)))


def _end(text: list[_Token], start: int, words: tuple[str, ...], between: int) -> int | None:
    """Where the last of these words stands, the first of which stands at `start`; None where they do not."""
    if not _fits(text[start].plain, words[0]):
        return None
    if len(words) == 1:
        return start
    ends = (_end(text, at, words[1:], between) for at in range(start + 1, min(start + 2 + between, len(text))))
    return next((end for end in ends if end is not None), None)


def _fits(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def _tokens(rules: PlacingRules, text: str) -> list[_Token]:
    composed = unicodedata.normalize("NFC", text[:LONGEST])
    plain = composed.lower().translate(_ACCENTS)
    # A few letters are two in lower case: then what is shown is what was compared.
    written = composed if len(composed) == len(plain) else plain
    tokens = (_Token(each[0], written[each.start() : each.end()]) for each in _WORD.finditer(plain))
    return [token for token in tokens if token.plain not in rules.skipped]


def _read(name: str) -> PlacingRules:
    table = json.loads((Path(__file__).parents[1] / "catalogue" / name).read_text(encoding="utf-8"))
    terms = defaultdict[str, list[Term]](list)
    for group in table["words"]:
        for text in group["terms"]:
            words = tuple(text.split())
            stem = words[0].removesuffix("*")[:STEM]
            terms[stem].append(Term(group["area"], group["strength"], tuple(group["within"]), words))
    return PlacingRules(
        version=table["version"],
        source=table["source"],
        skipped=frozenset(table["skipped"]),
        between=table["between"],
        classes=table["scian"],
        terms={stem: tuple(each) for stem, each in terms.items()},
    )


PLACING = _read("prospect_areas.json")
