"""Free text that people type is sealed, or listed here with the reason why it is in clear.

A new field of text, in a table, in its JSON or in an event, is in none of these lists and turns this red.
"""

from collections.abc import Iterator

from shared.messaging.topics import SERVICES
from tests.conftest import Migrated
from tests.sealing import texts

OF_WORK = "what was seen or decided of a firm's work: kept as the proof of a decision; forms ask for no person"
OF_PROGRAM = "the program's own words, to many or for its machines"
OF_RECORD = "the firm's record of itself; of a natural person plants go with the erasure, the rest is no person's"
OF_BUYERS = "what a buyer asks for: published to firms"
PUBLIC = "of public registers"
CODE = "a code, though it is named as words are"
ELSEWHERE = "sealed in part, or with a key that no store has; or a copy whose words are listed as their own"
EMPTY_IN_ROWS = (
    "of an attachment it is empty in rows (`shared/attachments/names.py`); else where a document is kept, no file"
)

IN_CLEAR = {
    OF_WORK: """
        Answer.note Answer.reason Answers.notes Answers.reasons Attendance.note By.reason Delay.reason DropOut.reason
        Evidence.description Leaving.reason Override.reason PastPlan.reason Reconciliation.reason Reinstatement.reason
        Removal.reason Reopening.reason Rescore.note Rescore.record SentBack.reason Verdict.note Verdict.reason
        Waiver.plan Waiver.reason appeal.answer appeal.reason past_override.reason ActOn.note
    """,
    OF_PROGRAM: """
        AuditSealed.note Controller.address Controller.contact Controller.name ConsentReference.controller
        ConsentReference.recipient Intermediated.name Plan.place Plan.title Product.name Product.source
        Promised.recipient Words.en Words.es Written.subject Written.text audit_checkpoint.note checkpoint.note
        cohort.name consent_text.body dead_letter_action.reason measurement.reason partner.name partner.past
        sending.key_id partner.encrypt_to partner.source record_gap.reason resend.reason skip.reason
        telling.reason trial.refused
        CreditAuthorisation.folio CreditAuthorisation.lender Papers.folio Papers.items import.message
        import_fault.message import.header
        blocked_record.error dead_letter.error dead_letter_action.error letter.error AnswerRefused.error
        DeadLetter.error
    """,
    OF_RECORD: """
        Certificate.body Certificate.number Certificate.scope Certificate.site Introducible.contact_role
        Introduction.contact_role Plant.name ProcessOffer.materials Profile.legal_name SupplierChanged.legal_name
        SupplierRegistered.legal_name TradeProgram.number candidate.contact_role candidate.legal_name firm.name
        judged_profile.profile supplier.legal_name
    """,
    OF_BUYERS: """
        AnchorJoined.name Specification.materials Specification.title anchor.name requirement.reference
        requirement.title Criterion.need Criterion.offer Missing.need Missing.offer
    """,
    PUBLIC: "prospect.activity prospect.name prospect.plant prospect.source Why.said",
    CODE: """
        AnchorLeft.reason AnswerRefused.reason ContractEnded.reason Criterion.reason DeadLetter.reason
        EvidenceReturned.reason IntroductionEnded.reason MatchAnswered.reason MatchLost.reason
        MeetingCancelled.reason MeetingHeld.reason Missing.reason PerformanceAnswered.reason
        PerformanceRetracted.reason Referral.reason ReferralAnswered.reason RequirementClosed.reason
        SupplierWithdrawn.reason blocked_record.reason dead_letter.reason import.reason import_fault.reason
        letter.reason referral.reason Diagnosis.reasons Option.reasons ProductOption.reasons Result.reasons
        Selection.reasons SupplierNotSelected.reasons SupplierSelected.reasons outcome.reasons story.reasons
    """,
    ELSEWHERE: """
        answers.detail match.detail offering.matches story.facts supplier_past.profile draft.sealed session.sealed
        sign_in.sealed import_refused_row.sent import_part.bytes journal.body blocked_record.value dead_letter.value
        diagnosis.draft diagnosis.visit Calibration.visit idempotency.answer attachment.name
    """,
    EMPTY_IN_ROWS: "Evidence.reference Proof.reference",
}
"""By reason. Of `dead_letter.value`: what partners wrote is sealed, and no other event has anybody in it."""

NEVER_TYPED = """
    about action actor aligned alignment alone amount anchor anchors annual_value answer_type applicability arco_right
    area areas args assessor assessors authors awaits band because blocked_by bounds branch by bytes call
    cancelled causation_id causes certificates certificates_until channel closed closed_reason code column
    commitment completed consumer_group corrected correlation_id course criterion currency data_classes
    deliveries departed departure design design_min digest dimensions direction documents edition
    eligible_partners evaluated event_id event_type evidence experience family fields fingerprint firm flags
    folio for_plan gate grade ground hash held hs_code id ids instrument intermediated key kind kinds language
    languages last_ignored latitudes lead level levels list list_69b longitudes lost mail_domain marks members
    mentor met method modality module modules month more_unknown municipality must_have name_key near
    near_states not_applicable not_evaluated offering open open_critical operator options otif_in outcome
    outcomes params partner peaks person phone plan_status plant_state ppm_in privacy_notice product products
    program programs programs_until promised purpose purposes qms quartiles question questions removed request
    resolution rfc rules scian scian_title score second secret sector service severity sha256 shape silent
    situation size source_id source_key source_topic special special_processes special_until standard standing
    state states status steps stop strata stratum strength subject subjects targets tax_opinion tax_opinions
    terms text_sha256 text_version tickets told topic traceparent type uncovered unknown unscored validator
    vehicle version version_num waived_firms waived_gates waived_until why wishes withdrawal withdrawn wrapped
"""
"""Fields of ids, codes, versions, digests and subjects of tokens, whatever has them; `…_by` is a subject too."""


def _unlisted(found: set[str]) -> Iterator[str]:
    listed = {each for names in IN_CLEAR.values() for each in names.split()}
    never = frozenset(NEVER_TYPED.split())
    for each in sorted(found - listed):
        name = each.rpartition(".")[2]
        if name not in never and not name.endswith("_by"):
            yield each


async def test_free_text_is_sealed_or_listed_with_its_reason(migrated: Migrated) -> None:
    found = texts.of_events()
    for service in SERVICES:
        found |= await texts.of_store(service, await migrated(service))
    assert not [*_unlisted(found)]
    # And nothing is listed that there is not, or that is sealed by now.
    assert not sorted({each for names in IN_CLEAR.values() for each in names.split()} - found)
