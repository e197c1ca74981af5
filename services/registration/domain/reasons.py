"""Every reason that this stage gives. Public contract: a code, once published, keeps its meaning."""

from typing import Literal

RfcReason = Literal[
    "rfc_length",
    "rfc_letters",
    "rfc_date",
    "rfc_homoclave",
    "rfc_generic",
    "rfc_redacted",
    "rfc_inconvenient_word",
]

RfcDoubt = Literal["rfc_check_digit", "rfc_homoclave_unusual"]

HoldReason = Literal["rfc_check_digit", "rfc_homoclave_unusual", "list_69b_presumed", "rfc_disputed"]
"""Why a supplier waits for an operator before it takes part. `rfc_disputed`: another one has its RFC."""

SizeFlag = Literal["workers_above_range", "sales_above_range"]
"""The score decides the stratum; the range of its workers or sales, which only describes it, is exceeded."""

ProfileReason = Literal[
    "legal_name_length",
    "legal_name_characters",
    "contact_missing",
    "contact_incomplete",
    "contact_email",
    "contact_phone",
    "name_says_nothing",
    "scian_form",
    "scian_unknown",
    "state_unknown",
    "municipality_form",
    "municipality_of_other_state",
    "municipality_unknown",
    "operating_since_in_future",
    "operating_since_too_early",
    "workers_range",
    "annual_sales_range",
    "annual_sales_in_millions",
    "processes_missing",
    "processes_too_many",
    "area_unknown",
    "area_repeated",
    "materials_form",
    "measure_range",
    "free_above_installed",
    "special_process_form",
    "special_process_in_future",
    "share_range",
    "interval_backwards",
    "number_range",
    "repeated",
    "too_many",
    "line_form",
    "site_unknown",
    "certificate_in_future",
    "days_backwards",
    "modality_of_immex",
    "hs_code_form",
    "language_form",
    "coordinates_incomplete",
    "coordinates_abroad",
    "main_plant_elsewhere",
]

GivenWithdrawal = Literal["own_decision", "ceased_operations", "duplicate_registration", "rules_not_met"]
"""What somebody who withdraws a firm may give as its reason."""

WithdrawalReason = Literal[GivenWithdrawal, "rfc_not_theirs", "merged"]
"""`rfc_not_theirs`: only a dispute that was decided says so; `merged`: only an operator who saw that two are one."""

AnchorReason = Literal[
    "anchor_code_form",
    "anchor_name_length",
    "name_says_nothing",
    "anchor_states_missing",
    "anchor_states_repeated",
]

DepartureReason = Literal["own_decision", "ceased_operations", "agreement_ended"]

FileReason = Literal[
    "rfc_repeated", "anchor_code_repeated", "situation_unknown", "register_unknown", "register_number_long"
]
"""Of a row or a file, beside those of `shared.files.reasons`."""

CommandReason = Literal[
    "supplier_unknown",
    "supplier_withdrawn",
    "rfc_taken",
    "rfc_disputed",
    "dispute_changed",
    "code_refused",
    "invitation_refused",
    "person_unknown",
    "person_known",
    "person_of_other_firm",
    "people_too_many",
    "rfc_fixed",
    "not_held_for",
    "twins_unknown",
    "twins_decided",
    "remains_neither",
    "remains_withdrawn",
    "remains_held",
    "same_person",
    "consent_not_needed",
    "consent_words_differ",
    "consent_given",
    "consent_unknown",
    "consents_too_many",
    "anchor_unknown",
    "anchor_code_taken",
    "screening_list_older",
    "screening_list_shorter",
    "prospect_unknown",
    "prospect_status",
    "supplier_not_registered",
    "note_personal",
]
