"""What can be asked for, by whom, and how far it is met."""

from datetime import datetime
from uuid import UUID

from shared.service.http import Body


class AreaView(Body):
    code: str
    name: str
    name_en: str
    family: str
    scian: str
    attributes: tuple[str, ...]
    special_processes: tuple[str, ...]


class AreasView(Body):
    version: str
    areas: list[AreaView]


class CoverageView(Body):
    area: str
    open_requirements: int
    aligned_suppliers: int
    matches: int


class AnchorView(Body):
    id: UUID
    code: str | None
    name: str | None
    states: tuple[str, ...]
    takes_part: bool
    joined_at: datetime | None
    left_at: datetime | None
