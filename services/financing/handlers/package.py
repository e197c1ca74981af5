"""What a partner receives of a firm: the data classes that the consent names, nothing more."""

from datetime import datetime

from services.financing.domain.case import Case
from services.financing.domain.consent import Consent
from services.financing.domain.need import Need
from services.financing.domain.partner import Partner
from services.financing.domain.referral import Referral
from services.financing.handlers import published
from shared.contracts import partner as contract
from shared.contracts.consent import ConsentReference


def referral_for(
    case: Case, referral: Referral, need: Need, consent: Consent, partner: Partner, answer_due_at: datetime
) -> contract.Referral:
    """The event on the partner's topic: each part only if the consent names it and this kind of partner may have it."""
    shared = partner.data_classes.intersection(consent.data_classes)
    return contract.Referral(
        referral_id=referral.id,
        supplier_id=case.id,
        partner=partner.code,
        product=referral.product,
        shape=referral.shape,
        consent=_reference(consent),
        identity=_identity(case, consent) if "identity" in shared else None,
        contact=_contact(consent) if "contact" in shared else None,
        standing=_standing(case) if "standing" in shared else None,
        need=_need(case, referral, need) if "need" in shared else None,
        capacity=_capacity(consent) if "capacity" in shared else None,
        evidence=_evidence(case) if "evidence" in shared else None,
        answer_due_at=answer_due_at,
    )


def _reference(consent: Consent) -> ConsentReference:
    promised = consent.promised
    return ConsentReference(
        consent_id=consent.id,
        data_classes=consent.data_classes,
        text_version=consent.text_version,
        text_sha256=consent.text_sha256,
        given_at=consent.given_at,
        expires_on=consent.expires_on,
        purposes=consent.purposes,
        recipient=None if promised is None else promised.recipient,
        intermediated=() if promised is None else tuple(each.product for each in promised.intermediated),
        controller=None if promised is None else promised.controller.name,
        erase_days=None if promised is None else promised.retention.erase_days,
    )


def _identity(case: Case, consent: Consent) -> contract.Identity | None:
    profile, papers = case.profile, consent.papers
    if profile is None or papers is None or papers.identity is None:
        return None
    shown = {name: getattr(profile, name) for name in ("kind", "scian", "state", "stratum", "operating_since")}
    theirs = {name: getattr(papers.identity, name) for name in ("rfc", "legal_name", "representative")}
    return contract.Identity.model_validate(shown | theirs)


def _contact(consent: Consent) -> contract.Contact | None:
    if consent.papers is None or consent.papers.contact is None:
        return None
    return contract.Contact(email=consent.papers.contact.email, phone=consent.papers.contact.phone)


def _standing(case: Case) -> contract.Standing | None:
    profile = case.profile
    if profile is None:
        return None
    return contract.Standing.model_validate(
        {"tax_opinion": profile.tax_opinion, "list_69b": profile.list_69b, "list_date": profile.list_date}
    )


def _need(case: Case, referral: Referral, need: Need) -> contract.Need | None:
    if referral.papers is None:
        return None
    return contract.Need(
        purpose=need.purpose,
        amount=published.money(referral.papers.amount),
        term_months=referral.papers.term_months,
        gaps=need.questions,
        requirement_id=case.requirement_id,
    )


def _capacity(consent: Consent) -> contract.Capacity | None:
    if consent.papers is None or consent.papers.capacity is None:
        return None
    capacity = consent.papers.capacity
    return contract.Capacity(annual_sales=published.money(capacity.annual_sales), workers=capacity.workers)


def _evidence(case: Case) -> contract.Evidence | None:
    diagnosis = case.diagnosis
    if diagnosis is None:
        return None
    return contract.Evidence(
        diagnosis_id=diagnosis.id,
        version=diagnosis.version,
        grade=diagnosis.grade,
        band=diagnosis.band,
        overall=diagnosis.overall_bp,
        activities_completed=case.activities_done,
        activities_planned=len(case.plan.activities) if case.plan else 0,
    )
