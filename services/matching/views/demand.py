"""What can be asked for, by whom, and how far it is met."""

from datetime import datetime
from uuid import UUID

from shared.service.http import View


class AreaView(View):
    code: str
    name: str
    name_en: str
    family: str
    scian: str
    attributes: tuple[str, ...]
    special_processes: tuple[str, ...]


class AreasView(View):
    version: str
    areas: list[AreaView]


class CoverageView(View):
    area: str
    open_requirements: int
    aligned_suppliers: int
    matches: int


class AnchorView(View):
    id: UUID
    code: str | None
    name: str | None
    states: tuple[str, ...]
    takes_part: bool
    joined_at: datetime | None
    left_at: datetime | None
