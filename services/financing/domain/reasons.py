"""Every reason and closed vocabulary of this stage. The codes are public contract: they are in events and answers."""

from typing import Literal

Purpose = Literal[
    "receivables",
    "purchase_order",
    "tooling",
    "machinery",
    "certification",
    "measuring",
    "energy",
    "export",
    "collateral",
]

DataClass = Literal["identity", "contact", "standing", "need", "capacity", "evidence"]

Shape = Literal["to_intermediary", "buyer_initiated", "direct", "non_financial"]
"""Direction of a referral: through a bank or SOFOM, started by the buyer, to the development bank itself, no credit."""

PartnerKind = Literal["development_bank", "bank", "non_financial"]

Channel = Literal["portal", "app"]

Silent = Literal["partner", "supplier"]

ReferralState = Literal[
    "sent",
    "acknowledged",
    "in_review",
    "info_requested",
    "approved",
    "declined",
    "withdrawn",
    "lapsed",
    "disbursed",
    "closed",
]

Ineligible = Literal[
    # of the firm, whatever the product
    "profile_missing",
    "supplier_withdrawn",
    "on_69b_list",
    "list_69b_unchecked",
    "not_diagnosed",
    "not_evaluated",
    "not_bankable_yet",
    "critical_gap_open",
    # of the need
    "need_met",
    # of the product
    "partner_inactive",
    "stratum_not_served",
    "taxpayer_kind_not_served",
    "operating_time_too_short",
    "tax_opinion_missing",
    "tax_opinion_not_accepted",
    "anchor_missing",
    "anchor_must_enroll",
    "contract_missing",
    "exports_missing",
    "currency_not_served",
    "amount_below_floor",
    "amount_above_ceiling",
    "amount_above_contracts",
    "contract_value_unknown",
    "term_too_long",
]
"""Why a product cannot serve a need."""

NotConsented = Literal[
    "consent_missing",
    "consent_revoked",
    "consent_expired",
    "purpose_not_consented",
    "intermediary_not_consented",
    "partner_without_key",
    "papers_erased",
    "data_classes_missing",
]
"""Why a consent does not carry a referral."""

IdentityDoubt = Literal["identity_unconfirmed", "identity_differs"]
"""Why a consent's identity goes to no partner yet."""

ConsentProblem = Literal[
    "supplier_withdrawn",
    "partner_unknown",
    "partner_inactive",
    "nothing_consented",
    "data_class_not_allowed",
    "papers_do_not_match_classes",
    "rfc_malformed",
    "rfc_mismatch",
    "legal_name_mismatch",
    "text_not_shown",
    "expiry_out_of_range",
]
"""Why a consent is not accepted."""

AnswerProblem = Literal[
    "referral_unknown",
    "referral_of_another_partner",
    "answered_at_implausible",
    "answer_out_of_order",
    "answer_too_late",
    "payment_not_approved",
    "referral_erased",
    "amount_not_positive",
    "currency_differs",
    "amount_above_asked",
    "payments_above_approved",
]
"""Why a partner's answer is refused: it becomes a dead letter of this reason."""

Unheard = Literal["nothing_new", "referral_withdrawn"]
"""Why an answer that is right changes nothing: it repeats what is known, or the firm took its consent back."""
