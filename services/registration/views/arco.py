"""ARCO requests, as callers send and see them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registration.domain.arco import Ground, Outcome, Right, Status, Term
from shared.service.http import Body, View

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2_000)]


class ArcoBody(Body):
    arco_right: Right
    """What is asked for: `access`, `rectification`, `cancellation` or `objection`."""
    wanted: Words
    """Of which data, and what is to become of them."""


class ArcoAnswerBody(Body):
    outcome: Outcome
    ground: Ground | None = None
    """Why less is done than was asked for."""
    answer: Words
    """What was done, or why not, in words for who asked."""
    none_of_it: bool = False
    """With the ground `nothing_held`, where something personal is held here: none of it is what was asked for. It is
    kept with the answer, and shown.
    """


class ArcoExtensionBody(Body):
    reason: Words
    """What in the case calls for it, in words for who asked."""


class ExtensionView(View):
    term: Term
    """To answer, or to carry out what was granted."""
    reason: str | None
    """None: erased with the contact."""
    on: date
    by: str
    until: date


class ArcoView(View):
    """One request, with its deadline by the law and what became of it."""

    id: UUID
    supplier_id: UUID
    arco_right: Right
    wanted: str | None
    """None: erased with the contact."""
    received_on: date
    answer_by: Annotated[date, Field(examples=["2026-12-29"])]
    """Last day for the answer: twenty working days."""
    asked_by: str
    in_person: bool
    """Somebody of the firm asked; else an operator wrote it down for them."""
    status: Status
    outcome: Outcome | None
    ground: Ground | None
    answer: str | None
    """None: not given yet, or erased with the contact once nothing was left to be done."""
    answered_on: date | None
    answered_by: str | None
    effect_by: date | None
    """Last day on which what was granted is carried out: fifteen working days more."""
    none_of_it: bool
    """Whoever answered that nothing is held said that none of what was held then is what was asked for."""
    held: tuple[str, ...]
    """What that was: `contact`, `identity`, `claim`, `people`, `attachments`."""
    carried_out_on: date | None
    carried_out_by: str | None
    extensions: tuple[ExtensionView, ...]
    """Each of the two terms may be extended once, by as many days: its last day is then the new one."""
