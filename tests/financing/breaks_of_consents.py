"""The rules of consents and of who is referred, each broken on purpose."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.financing.domain import consent as consent_rules
from services.financing.domain import referral
from services.financing.domain.consent import Consent
from services.financing.domain.partner import Partner
from services.financing.handlers import consents, facts
from tests.financing.breaks import BREAKS, Break, breaks, wrap

__all__ = ["BREAKS", "Break"]


@breaks("of_consents", "refer")
def a_consent_holds_a_day_longer_than_it_says(patch: pytest.MonkeyPatch) -> None:
    says: Any = Consent.expires_at
    patch.setattr(Consent, "expires_at", property(lambda known: says.fget(known) + timedelta(days=1)))


@breaks("of_consents")
def a_replaced_consent_keeps_its_papers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(consents, "_superseded", lambda consent, _: consent)


@breaks("refer")
def a_consent_of_before_carries(patch: pytest.MonkeyPatch) -> None:
    """The last that was not revoked, where the last was."""
    whole = consent_rules.carrying

    def carrying(given: Any, *more: Any) -> Any:
        return whole([item for item in given if item.revoked_at is None] or given, *more)

    patch.setattr(consent_rules, "carrying", carrying)


@breaks("of_consents")
def a_revocation_is_for_one_consent(patch: pytest.MonkeyPatch) -> None:
    def revoked(outcome: Any, case: Any, consent_id: Any, *_: Any) -> Any:
        one = tuple(
            after if after.id == consent_id else before
            for before, after in zip(case.consents, outcome.state.consents, strict=True)
        )
        return replace(outcome, state=replace(outcome.state, consents=one))

    wrap(patch, consents, "revoke", revoked)


@breaks("agree", "refer")
def a_firm_that_left_is_referred(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, facts, "supplier_withdrawn", lambda told, *_: replace(told, state=replace(told.state, withdrawn=False)))


@breaks("of_consents")
def leaving_takes_the_papers_of_what_is_under_way(patch: pytest.MonkeyPatch) -> None:
    def left(told: Any, *_: Any) -> Any:
        bare = tuple(replace(item, papers=None) for item in told.state.consents)
        return replace(told, state=replace(told.state, consents=bare))

    wrap(patch, facts, "supplier_withdrawn", left)


@breaks("agree", "refer")
def a_suspended_partner_takes_more(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Partner, "is_open", lambda *_: True)


@breaks("refer")
def a_second_referral_goes_beside_the_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(referral, "OPEN", frozenset())
