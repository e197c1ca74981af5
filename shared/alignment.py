"""What a firm was told of its alignment, merged by whoever reads it: whole sets and differences, each with a revision.

The later word on a requirement holds, in whatever order the words arrive: a topic gives them in order, a resend behind
what was read before.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Heard:
    """Which revisions were heard."""

    through: int = 0
    """All up to this one, or a whole set that covers them."""
    ahead: tuple[int, ...] = ()
    """Those behind one that is missing, sorted."""
    at: Mapping[UUID, int] = field(default_factory=dict)
    """The revision of each requirement's last word, of those ahead."""

    @property
    def missed(self) -> bool:
        """Whether one is missing: then the set may lack something until it comes, or everything is told once more."""
        return bool(self.ahead)


def merge(
    heard: Heard,
    known: Mapping[UUID, V],
    revision: int,
    met: Mapping[UUID, V],
    lost: Collection[UUID] = (),
    *,
    whole: bool,
) -> tuple[Heard, Mapping[UUID, V]]:
    """What is known after one more word. What is covered already changes nothing.

    `whole`: `met` is everything as of its revision; 0 is one from before revisions were counted.
    """
    if revision <= heard.through and (revision or heard.through or not whole):
        return heard, known
    fresh = {id_ for id_ in (*met, *lost) if heard.at.get(id_, 0) <= revision}
    kept = {id_: value for id_, value in known.items() if not _covered(heard, id_, revision, fresh, whole=whole)}
    after = kept | {id_: value for id_, value in met.items() if id_ in fresh}
    through = revision if whole else heard.through
    ahead = {each for each in heard.ahead if each > through} | (set() if whole else {revision})
    while through + 1 in ahead:
        through += 1
        ahead.remove(through)
    at = dict(heard.at) | dict.fromkeys(fresh, revision)
    return Heard(through, tuple(sorted(ahead)), {id_: each for id_, each in at.items() if each > through}), after


def _covered(heard: Heard, id_: UUID, revision: int, fresh: Collection[UUID], *, whole: bool) -> bool:
    """Whether what is known of a requirement ends with this word."""
    return id_ in fresh or (whole and heard.at.get(id_, 0) <= revision)
