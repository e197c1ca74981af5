"""What firms know of others like them, and that operators published it. Never who is behind it."""

from datetime import datetime
from uuid import UUID

from services.diagnosis.domain.benchmark import LEAST, Kind, Publication, quarter
from services.diagnosis.domain.diagnosis import Locked
from services.diagnosis.store.benchmarks import Told
from shared.service.http import View


class PublicationView(View):
    id: UUID
    at: datetime
    instrument: str
    groups: int
    """Groups that are others than before and may be told."""

    @classmethod
    def of_publication(cls, publication: Publication) -> "PublicationView":
        return cls(
            id=publication.id,
            at=publication.at,
            instrument=publication.instrument,
            groups=len(publication.groups),
        )


class DimensionInGroupView(View):
    """Shares in basis points, rounded to 500."""

    dimension: str
    own: int
    """The firm's own, as it is."""
    lower: int
    median: int
    upper: int
    quarter: int
    """In which quarter of the group it lies, from 1, the lowest, to 4."""


class GroupView(View):
    """Firms of one area, size or state."""

    kind: Kind
    code: str
    firms: int
    """How many, rounded down to tens."""
    published_at: datetime | None
    """Null: not told, as fewer than ten firms are behind it, a difference would tell of fewer, or the firm was not
    among them when it was published.
    """
    dimensions: tuple[DimensionInGroupView, ...]


class BenchmarkView(View):
    """A firm beside others like it, as they were when it was published last."""

    supplier_id: UUID
    instrument: str
    least: int
    """Firms that are behind each group at least."""
    groups: tuple[GroupView, ...]

    @classmethod
    def of_firm(
        cls, supplier_id: UUID, instrument: str, locked: Locked, mine: frozenset[tuple[Kind, str]], told: list[Told]
    ) -> "BenchmarkView":
        known = {(each.kind, each.code): each for each in told}
        groups = tuple(_group(kind, code, known.get((kind, code)), locked) for kind, code in sorted(mine))
        return cls(supplier_id=supplier_id, instrument=instrument, least=LEAST, groups=groups)


def _group(kind: Kind, code: str, told: Told | None, locked: Locked) -> GroupView:
    if told is None:
        return GroupView(kind=kind, code=code, firms=0, published_at=None, dimensions=())
    shares = locked.result.dimensions
    dimensions = tuple(
        DimensionInGroupView(
            dimension=each, own=share, lower=at[0], median=at[1], upper=at[2], quarter=quarter(share, at)
        )
        for each, share in shares.items()
        if (at := told.quartiles.get(each)) is not None
    )
    return GroupView(kind=kind, code=code, firms=told.firms, published_at=told.at, dimensions=dimensions)
