"""What the API reads of a case, as rows: never a paper of a consent."""

from dataclasses import asdict
from typing import Any

from services.financing.domain.authorisation import CreditAuthorisation
from services.financing.domain.case import Case
from services.financing.domain.money import Money

Row = dict[str, Any]


def need_rows(case: Case) -> list[Row]:
    return [
        {
            "id": need.id,
            "supplier_id": case.id,
            "purpose": need.purpose,
            "open": need.open,
            "questions": need.questions,
            "modules": need.modules,
            "amount": _money(need.amount),
            "options": [
                {
                    "product": option.product,
                    "partner": option.partner,
                    "shape": option.shape,
                    "eligible": option.eligible,
                    "reasons": option.reasons,
                    "edition": option.edition,
                    "proposed": option.proposed,
                }
                for option in need.options
            ],
            "eligible_partners": need.eligible_partners,
            "terms": need.terms,
        }
        for need in case.needs
    ]


def consent_rows(case: Case) -> list[Row]:
    return [
        {
            "id": consent.id,
            "supplier_id": case.id,
            "partner": consent.partner,
            "purposes": consent.purposes,
            "data_classes": consent.data_classes,
            "text_version": consent.text_version,
            "text_sha256": consent.text_sha256,
            "channel": consent.channel,
            "given_at": consent.given_at,
            "expires_on": consent.expires_on,
            "revoked_at": consent.revoked_at,
            "superseded_at": consent.superseded_at,
            "papers_held": consent.papers is not None,
            "identity_confirmed_at": consent.identity_confirmed_at,
            "given_by": consent.given_by,
            "promised": None if consent.promised is None else asdict(consent.promised),
        }
        for consent in case.consents
    ]


def referral_rows(case: Case) -> list[Row]:
    return [
        {
            "id": referral.id,
            "supplier_id": case.id,
            "need_id": referral.need_id,
            "consent_id": referral.consent_id,
            "purpose": referral.purpose,
            "partner": referral.partner,
            "product": referral.product,
            "shape": referral.shape,
            "state": referral.state,
            "sent_at": referral.sent_at,
            "changed_at": referral.changed_at,
            "awaits": referral.awaits,
            "answer_due_at": referral.lapse_at,
            "reminded_at": referral.reminded_at,
            "reason": referral.reason,
            "questions": referral.questions,
            "silent": referral.silent,
            "ignored_answers": referral.ignored_answers,
            "last_ignored": referral.last_ignored,
            "papers": None
            if referral.papers is None
            else {
                "amount": _money(referral.papers.amount),
                "term_months": referral.papers.term_months,
                "folio": referral.papers.folio,
                "items": referral.papers.items,
                "approved": _money(referral.papers.approved),
                "approved_term_months": referral.papers.approved_term_months,
                "disbursed": _money(referral.papers.disbursed),
                "payments": referral.papers.payments,
                "authorisation": _authorisation(referral.papers.authorisation),
            },
        }
        for referral in case.referrals
    ]


def _money(amount: Money | None) -> dict[str, str] | None:
    return None if amount is None else {"amount": str(amount.amount), "currency": amount.currency}


def _authorisation(given: CreditAuthorisation | None) -> Row | None:
    return None if given is None else asdict(given)
