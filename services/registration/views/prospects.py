"""Prospects as operators see them: what the public register says, and our placing with its confidence."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.registration.domain.prospect import MAX_NOTE, Channel, ProspectAct, ProspectStatus, Source, is_personal
from services.registration.domain.prospect_areas import Basis, Confidence
from services.registration.store.prospects import Covered, Suggestion
from shared.service.http import Body, View
from shared.service.http.wellformed import Broken, Place

Known = Confidence | Literal["none"]
"""Of a prospect; `none`: no area is known."""

Note = Annotated[str, Field(min_length=1, max_length=MAX_NOTE)]


class WhyView(View):
    basis: Basis
    said: str


class AreaFoundView(View):
    """An area in which the plant may work, with what that rests on."""

    area: str
    confidence: Confidence
    why: tuple[WhyView, ...]


class ActOnView(View):
    act: ProspectAct
    by: str
    at: datetime
    channel: Channel | None
    note: str | None


class ProspectView(View):
    id: UUID
    source: Source
    source_id: str
    """The register's own number, by which the plant is found there."""
    edition: str | None
    name: str | None
    """Of legal persons; of others no name is kept."""
    plant: str | None
    scian: str | None
    scian_title: str
    activity: str
    branch: str
    workers_from: int | None
    workers_to: int | None
    state: str
    municipality: str | None
    latitude: float | None
    longitude: float | None
    automotive: bool | None
    areas: tuple[AreaFoundView, ...]
    """The surest first."""
    rules: str
    status: ProspectStatus
    acts: tuple[ActOnView, ...]
    supplier_id: UUID | None
    brought_at: datetime


class SuggestionView(View):
    """A prospect that seems to be a supplier: both have the same name without company forms, in the same state, or the
    supplier has a plant there.
    """

    prospect: ProspectView
    supplier_id: UUID
    folio: str
    legal_name: str

    @classmethod
    def of_suggestion(cls, found: Suggestion) -> "SuggestionView":
        prospect = ProspectView.of(found.prospect)
        return cls(prospect=prospect, supplier_id=found.supplier_id, folio=found.folio, legal_name=found.legal_name)


class ByConfidence(View):
    """Plants that nobody invited yet."""

    high: int
    medium: int
    low: int
    none: int


class ProspectCoverage(View):
    """What there is in one area and state."""

    area: str | None
    """None: of plants of no known area."""
    state: str
    registered: int
    """Suppliers that are registered in the state and offer something in the area."""
    prospects: ByConfidence
    invited: int
    linked: int
    """Prospects that are suppliers by now."""
    not_interested: int

    @classmethod
    def of_covered(cls, found: Covered) -> "ProspectCoverage":
        return cls(
            area=found.area or None,
            state=found.state,
            registered=found.firms,
            prospects=ByConfidence(high=found.high, medium=found.medium, low=found.low, none=found.unknown),
            invited=found.invited,
            linked=found.linked,
            not_interested=found.not_interested,
        )


class InvitationBody(Body):
    """How somebody of the plant was invited. A note names no person, telephone or address of mail."""

    channel: Channel
    note: Note | None = None

    @classmethod
    def broken(cls, given: dict[str, Any], _: Sequence[Place]) -> Iterator[Broken]:
        """What the rules say of the fields that are well formed."""
        note = given.get("note")
        if note is not None and is_personal(note):
            yield "note", "note_personal", {}


class NoteBody(Body):
    """Why, without a person's name, telephone or address of mail."""

    note: Note | None = None


class LinkBody(Body):
    supplier_id: UUID
    same: bool
    """Whether this supplier is the plant's firm; where not, it is suggested no more."""
