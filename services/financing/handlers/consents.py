"""A firm gives its consent, and takes it back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.financing.domain import consent as rules
from services.financing.domain import ids, referral
from services.financing.domain.case import Case
from services.financing.domain.consent import Consent, Offered
from services.financing.domain.consent_text import Choice, Promised, ShownText, show
from services.financing.domain.partner import Partner
from services.financing.domain.reasons import ConsentProblem
from services.financing.domain.terms import Terms
from services.financing.handlers import published
from services.financing.handlers.settling import moved, settled
from shared.messaging.decision import Decision, Refused


def give(case: Case | None, offered: Offered, now: datetime, terms: Terms) -> Decision[Case] | Refused:
    """Accept a consent. The last one to a partner replaces those before, whose papers go."""
    if case is None:
        return _unknown_supplier()
    if case.withdrawn:
        return _refused("supplier_withdrawn")
    partner = terms.partner(offered.partner)
    if partner is None:
        return _refused("partner_unknown")
    problem = rules.problem(offered, partner, case.profile, latest_expiry(terms, now), now)
    if problem is not None:
        return _refused(problem)
    shown, promised = words(partner, offered.choice, terms)
    if shown.sha256 != offered.text_sha256:
        return _refused("text_not_shown")
    earlier = [consent for consent in case.consents if consent.partner == partner.code]
    given = _consent(case.id, offered, shown, promised, len(earlier), now)
    if earlier and _is_repeated(earlier[-1], given):
        return Decision(case)
    consents = (*(_superseded(consent, given) for consent in case.consents), given)
    after = replace(case, consents=consents, shown=(*case.shown, shown))
    return settled(case, after, now, terms, published.consent_given(case.id, given))


def latest_expiry(terms: Terms, now: datetime) -> date:
    return now.date() + timedelta(days=terms.limits.consent_days)


def words(partner: Partner, choice: Choice, terms: Terms) -> tuple[ShownText, Promised]:
    """The exact words for this choice, and what they promise."""
    promised = terms.promised(partner, choice.purposes)
    return show(terms.text_for(partner), choice, promised), promised


def keep_text(case: Case | None, _: Mapping[str, str], now: datetime, terms: Terms) -> Decision[Case]:
    """Of consents from before texts were kept: what gives their hash when it is rendered anew, where anything does."""
    if case is None:
        return Decision(None)
    found = (_as_it_was(consent, terms) for consent in case.consents)
    shown = {text.sha256: text for text in found if text is not None}
    return settled(case, replace(case, shown=tuple(shown.values())), now, terms)


def _as_it_was(consent: Consent, terms: Terms) -> ShownText | None:
    partner = terms.partner(consent.partner)
    if partner is None:
        return None
    choice = Choice(consent.purposes, consent.data_classes, consent.expires_on)
    promised = consent.promised or terms.promised(partner, consent.purposes)
    rendered = (show(text, choice, promised) for text in terms.texts_of(consent.text_version))
    return next((text for text in rendered if text.sha256 == consent.text_sha256), None)


def revoke(case: Case | None, consent_id: UUID, now: datetime, terms: Terms) -> Decision[Case] | Refused:
    """Take back what the firm agreed to with the partner of this consent, all of it and at once: its other consents to
    that partner too, and every referral there, under whichever consent it went and however it ended.
    """
    consent = None if case is None else case.consent(consent_id)
    if case is None or consent is None:
        return Refused("not_found", "consent_unknown")
    if consent.revoked_at is not None:
        return Decision(case)
    partner = consent.partner
    standing = tuple(item for item in case.consents if item.partner == partner and item.revoked_at is None)
    reached = tuple(item for item in case.referrals if item.partner == partner and item.recalled_at is None)
    after = replace(
        case,
        consents=tuple(
            replace(item, revoked_at=now, papers=None) if item in standing else item for item in case.consents
        ),
        referrals=tuple(referral.recalled(item, now) if item in reached else item for item in case.referrals),
    )
    revoked = (published.consent_revoked(case.id, item, now) for item in standing)
    told = (published.referral_withdrawn(case.id, item, now) for item in reached)
    return settled(case, after, now, terms, *revoked, *told, *moved(case, after, now))


def confirm_identity(
    case: Case | None, consent_id: UUID, rfc: str, legal_name: str, now: datetime, terms: Terms
) -> Decision[Case] | Refused:
    """Compare what the firm handed over with what it registered with; what is compared with is not kept."""
    consent = None if case is None else case.consent(consent_id)
    if case is None or consent is None:
        return Refused("not_found", "consent_unknown")
    if consent.identity_confirmed_at is not None:
        return Decision(case)
    if consent.papers is None or consent.papers.identity is None:
        return Refused("conflict", "papers_erased")
    if not rules.is_same(consent.papers.identity, rfc, legal_name):
        return Refused("conflict", "identity_differs")
    confirmed = replace(consent, identity_confirmed_at=now)
    consents = tuple(confirmed if item.id == consent_id else item for item in case.consents)
    return settled(case, replace(case, consents=consents), now, terms)


def _consent(
    supplier_id: UUID, offered: Offered, shown: ShownText, promised: Promised, ordinal: int, now: datetime
) -> Consent:
    return Consent(
        id=ids.consent_id(supplier_id, offered.partner, ordinal),
        partner=offered.partner,
        purposes=tuple(sorted(set(offered.purposes))),
        data_classes=tuple(sorted(set(offered.data_classes))),
        text_version=shown.version,
        text_sha256=shown.sha256,
        channel=offered.channel,
        given_at=now,
        expires_on=offered.expires_on,
        papers=offered.papers,
        given_by=offered.given_by,
        promised=promised,
    )


def _is_repeated(last: Consent, given: Consent) -> bool:
    """Whoever of the firm says it once more."""
    mine = replace(last, id=given.id, given_at=given.given_at, given_by=given.given_by, identity_confirmed_at=None)
    return mine == given


def _superseded(consent: Consent, given: Consent) -> Consent:
    if consent.partner != given.partner or consent.superseded_at is not None or consent.revoked_at is not None:
        return consent
    return replace(consent, superseded_at=given.given_at, papers=None)


def _unknown_supplier() -> Refused:
    return Refused("not_found", "supplier_unknown")


def _refused(problem: ConsentProblem) -> Refused:
    match problem:
        case "partner_unknown":
            return Refused("not_found", problem)
        case "text_not_shown" | "partner_inactive" | "supplier_withdrawn":
            return Refused("conflict", problem)
        case _:
            return Refused("invalid", problem)
