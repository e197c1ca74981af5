"""Materials as keys, so that a store compares them by overlap: what `Materials.compare` says of two lists of texts,
told without the texts.

A key is 64 bits of a digest: that of a hundred thousand different ones any two are alike is less likely than one in a
billion.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from services.matching.domain.materials import TEXTS_REMEMBERED, Materials, Named, Words, named

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaterialKeys:
    """The keys of one side. What is asked overlaps what is offered in `met` where one of these is one of those; in
    `near` where that is so, or not known. With an unmapped text on either side it is not known at least.
    """

    met: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    unmapped: bool = False

    @property
    def stated(self) -> bool:
        """Whether any material is named."""
        return self.unmapped or bool(self.near)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def asked(materials: Materials, texts: tuple[str, ...]) -> MaterialKeys:
    """The keys of what is asked."""
    return _keys(materials, texts, _met_of_asked, _near_of_asked)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def offered(materials: Materials, texts: tuple[str, ...]) -> MaterialKeys:
    """The keys of what is offered."""
    return _keys(materials, texts, _met_of_offered, _near_of_offered)


def _keys(
    materials: Materials,
    texts: Sequence[str],
    met: Callable[[Named], Iterator[Key]],
    near: Callable[[Named], Iterator[Key]],
) -> MaterialKeys:
    understood = [named(materials, text) for text in texts]
    mapped = [each for each in understood if each.line]
    return MaterialKeys(
        _numbers(key for each in understood for key in met(each)),
        _numbers(key for each in mapped for key in near(each)),
        len(mapped) < len(understood),
    )


# Of two texts the shorter has to begin the longer: each side has the whole of its own and every beginning of it, and a
# whole one of this side meets a beginning of that. Texts are compared by their words where one of them is unmapped, by
# what is left of them where both name the same material.


def _met_of_offered(one: Named) -> Iterator[Key]:
    yield from _beginnings(("asked is unmapped",), one.words, whole="offered", begun="asked")
    if not one.line:
        yield from _beginnings(("offered is unmapped",), one.words, whole="offered", begun="asked")
        return
    yield from _beginnings(("same", one.line[0]), one.rest, whole="offered", begun="asked", any_rest=True)
    yield from (("member of", family) for family in one.line[1:])
    if not one.rest:
        yield "family", one.line[0]


def _met_of_asked(one: Named) -> Iterator[Key]:
    yield from _beginnings(("offered is unmapped",), one.words, whole="asked", begun="offered")
    if not one.line:
        yield from _beginnings(("asked is unmapped",), one.words, whole="asked", begun="offered")
        return
    yield from _beginnings(("same", one.line[0]), one.rest, whole="asked", begun="offered", any_rest=True)
    yield from (("family", family) for family in one.line[1:])
    if not one.rest:
        yield "member of", one.line[0]


def _near_of_offered(one: Named) -> Iterator[Key]:
    yield from (("member of", each) for each in one.line)
    yield "family", one.line[0]


def _near_of_asked(one: Named) -> Iterator[Key]:
    yield from (("family", each) for each in one.line)
    yield "member of", one.line[0]


def _beginnings(kind: Key, words: Words, *, whole: str, begun: str, any_rest: bool = False) -> Iterator[Key]:
    """`any_rest`: no words at all begin whatever there is."""
    if words or any_rest:
        yield *kind, whole, *words
    for length in range(0 if any_rest else 1, len(words) + 1):
        yield *kind, begun, *words[:length]


def _numbers(keys: Iterable[Key]) -> tuple[int, ...]:
    return tuple(sorted({_number(key) for key in keys}))


def _number(key: Key) -> int:
    digest = blake2b("\x1f".join(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
