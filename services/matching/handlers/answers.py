"""Decisions of an anchor's buyer about a candidate: a firm that matches what it asked for."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.matching.domain import answers as said
from services.matching.domain.answers import Act
from services.matching.domain.award import Award, Limits, fault
from services.matching.domain.introduction import hidden
from services.matching.domain.reasons import AnswerReason, CorrectReason, DeclineReason, EndReason, GateName
from services.matching.domain.rematch import Offering
from services.matching.domain.rules import Rules
from services.matching.handlers import published
from services.matching.handlers.offerings import decided, next_expiry
from services.matching.handlers.refusal import refused
from shared.messaging.decision import Decision, Refused, unchanged

Outcome = Decision[Offering] | Refused

OF_INTRODUCED: frozenset[Act] = frozenset({"shortlist", "award"})
"""Acts for which the anchor must know the firm: not while open critical gaps block its introduction."""


def shortlist(state: Offering | None, match_id: UUID, by: str, now: datetime) -> Outcome:
    """The anchor wants to go on with the firm; it may take back an earlier decline."""
    return _said(state, match_id, "shortlist", by, now)


def decline(state: Offering | None, match_id: UUID, reason: DeclineReason, by: str, now: datetime) -> Outcome:
    """The anchor does not want the firm for this requirement; also of a match that is blocked."""
    return _said(state, match_id, "decline", by, now, reason=reason)


def award(
    state: Offering | None,
    match_id: UUID,
    given: Award,
    limits: Limits,
    by: str,
    now: datetime,
    *,
    confirmed: tuple[GateName, ...] = (),
) -> Outcome:
    """The anchor buys from the firm. The same award told again is the same award.

    `confirmed` are the gates of which the program does not know whether the firm passes: the buyer made sure.
    """
    bounds = limits.version
    return _wrong(given, limits) or _said(
        state, match_id, "award", by, now, award=given, confirmed=confirmed, bounds=bounds
    )


def correct(
    state: Offering | None,
    match_id: UUID,
    given: Award,
    limits: Limits,
    by: str,
    now: datetime,
    *,
    reason: CorrectReason,
) -> Outcome:
    """What the anchor buys is another value or volume than was told."""
    bounds = limits.version
    return _wrong(given, limits) or _said(
        state, match_id, "correct", by, now, reason=reason, award=given, bounds=bounds
    )


def end(state: Offering | None, match_id: UUID, reason: EndReason, by: str, now: datetime, rules: Rules) -> Outcome:
    """The anchor no longer buys from the firm: from now on the rules alone decide on the match. Ending again with
    another reason corrects the reason, also when the match was lost since. Of what was never bought no report counts.
    """
    outcome = _said(state, match_id, "end", by, now, reason=reason)
    if isinstance(outcome, Refused) or outcome.state is None or not outcome.events:
        return outcome
    after = outcome.state.reckoned(rules)
    if after == outcome.state:
        return replace(decided(after, "matched"), events=outcome.events)
    return replace(decided(after, "judged", next_expiry(after, now, rules)), events=outcome.events)


def _wrong(given: Award, limits: Limits) -> Refused | None:
    found = fault(given, limits)
    return None if found is None else refused(found.code, **found.params)


def _said(
    state: Offering | None,
    match_id: UUID,
    act: Act,
    by: str,
    now: datetime,
    *,
    reason: AnswerReason | None = None,
    award: Award | None = None,
    confirmed: tuple[GateName, ...] = (),
    bounds: str | None = None,
) -> Outcome:
    """Add one answer and tell it; the same answer given again tells nothing."""
    match = state.match(match_id) if state else None
    before = state.answers_about(match) if state and match else state.answered(match_id) if state else None
    if state is None or before is None:
        return refused("match_unknown")
    if match is None and act != "end":
        return refused("match_lost")
    after = said.say(before, act, by, now, reason=reason, award=award, confirmed=confirmed, bounds=bounds)
    if isinstance(after, str):
        return refused(after)
    if after == before:
        return unchanged(state)
    if act in OF_INTRODUCED and match and match.blocked_by:
        return refused("match_blocked")
    if act in OF_INTRODUCED and hidden(state.profile, match, before) == "not_consented":
        return refused("not_consented")
    if match and act == "award" and (unknown := [gate for gate in match.unknown if gate not in confirmed]):
        return refused("gates_unknown", gates=", ".join(unknown))
    return Decision(state.with_answers(after), (published.answer_event(state.id, after),))
