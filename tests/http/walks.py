"""By service, tests that call every route that changes something, and what they need to do so."""

from collections.abc import Awaitable, Callable

from shared.testing.stage import StageUnderTest
from tests.development import test_api as development
from tests.development import test_api_appeals as appeals
from tests.development import test_api_attachments as plan_attachments
from tests.development import test_api_calendar as calendar
from tests.development import test_api_places as places
from tests.development import test_api_plans as plans
from tests.development import test_api_ways_back as ways_back
from tests.diagnosis import calls
from tests.diagnosis import test_api as diagnosis
from tests.diagnosis import test_api_attachments as attachments
from tests.diagnosis import test_api_benchmarks as benchmarks
from tests.diagnosis import test_api_calibrations as calibrations
from tests.diagnosis import test_api_draft as drafts
from tests.diagnosis import test_api_measurements as measuring
from tests.diagnosis import test_api_visits as visits
from tests.diagnosis.builders import EVIDENCE
from tests.financing import test_api as financing
from tests.financing import test_api_partners as partners
from tests.financing import test_authorisation as authorisations
from tests.financing import test_desk as desks
from tests.financing import test_products as products
from tests.financing import test_trials as trials
from tests.matching import test_api as matching
from tests.matching import test_api_answers as matching_answers
from tests.matching import test_api_files as matching_files
from tests.matching import test_api_meetings as meetings
from tests.matching import test_api_performance as performing
from tests.matching import test_api_references as matching_references
from tests.matching import test_api_tellings as matching_tellings
from tests.matching import test_waivers as matching_waivers
from tests.registration import (
    test_api_anchors,
    test_api_attachments,
    test_api_claims,
    test_api_imports,
    test_api_introductions,
    test_api_people,
    test_api_prospects,
    test_api_screening,
    test_api_suppliers,
    test_api_tellings,
    test_api_twins,
    test_arco,
)

Walk = Callable[[StageUnderTest], Awaitable[None]]


ROOM = {"PDP_REGISTRATIONS_BURST": "30"}


async def diagnosed(stage: StageUnderTest) -> None:
    await diagnosis.complete(stage)
    body = {"question": "A01", "level": 3, "evidence_id": str(EVIDENCE)}
    assert (await calls.post(stage, "assessor", "rescores", body)).status_code == 200


SETTINGS: dict[Walk, dict[str, str]] = dict.fromkeys((calibrations.walk, calibrations.waived), calibrations.ALL_TWICE)
"""That a walk needs, and the others do without."""


WALKS: dict[str, tuple[Walk, ...]] = {
    "registration": (
        test_api_suppliers.test_registering_gives_a_receipt_and_one_event,
        test_api_claims.test_a_dispute_is_upheld,
        test_api_suppliers.test_a_held_firm_is_released_by_an_operator,
        test_api_suppliers.test_a_supplier_changes_its_profile_and_withdraws,
        test_api_suppliers.test_a_contact_can_be_erased,
        test_arco.test_a_request_is_asked_and_answered,
        test_api_people.test_nothing_of_it_leaves_the_store_and_all_of_it_is_on_record,
        test_api_introductions.test_a_natural_person_consents_and_takes_it_back,
        test_api_anchors.test_anchors_join_by_hand_and_by_file_and_leave,
        test_api_imports.test_rows_that_fail_are_reported_and_the_others_go_in,
        test_api_attachments.test_a_certificate_has_its_file_and_its_digest_alone_is_told,
        test_api_screening.test_lists_are_loaded_and_listed,
        test_api_tellings.test_every_profile_that_readers_know_is_told_once_more_as_it_is,
        test_api_prospects.test_both_registers_go_in_and_again_change_nothing,
        test_api_prospects.test_an_invitation_says_who_when_and_how_and_every_act_is_taken_back,
        test_api_prospects.test_a_firm_of_the_same_name_and_state_is_suggested_and_confirmed_or_not,
        test_api_twins.test_both_are_kept_and_are_not_flagged_again,
        test_api_twins.test_of_a_merger_one_remains_and_every_stage_hears_that_the_other_left,
    ),
    "matching": (
        matching.test_a_buyer_publishes_changes_and_closes_its_own,
        matching_answers.test_an_award_is_corrected_and_ended_with_its_history,
        matching_answers.test_a_requirement_that_was_closed_opens_again_with_its_candidates_and_their_answers,
        matching_answers.test_a_requirement_that_is_mistyped_and_put_back_has_its_answers_again,
        matching_files.test_an_anchor_gives_a_file_of_its_own,
        matching_references.test_a_requirement_is_named_and_loses_its_name,
        matching_waivers.test_a_buyer_waives_a_gate_for_one_firm_and_for_all_and_takes_it_back,
        performing.test_an_anchor_reports_and_the_firm_answers,
        performing.test_an_anchor_takes_a_report_back,
        meetings.test_a_day_is_changed_cancelled_and_reopened,
        meetings.test_what_came_of_it_is_recorded_and_corrected,
        meetings.test_a_meeting_is_cancelled_by_either_side_and_its_slot_is_free_again,
        matching_tellings.test_everything_that_readers_should_know_is_told_once_more_whole,
    ),
    "diagnosis": (
        diagnosed,
        drafts.test_a_draft_is_submitted_as_a_whole_as_it_was_seen,
        drafts.test_an_operator_lets_all_answer_once_more,
        visits.test_an_expert_sends_an_assessment_back,
        attachments.test_an_operator_erases_one,
        calibrations.walk,
        calibrations.waived,
        benchmarks.test_a_firm_reads_its_groups_as_they_were_published,
        measuring.test_every_diagnosis_is_measured_by_the_rules_of_now,
    ),
    "development": (
        development.test_the_walk_of_a_cohort,
        development.test_overrides,
        calendar.test_a_cohort_has_a_calendar_that_is_followed,
        development.test_a_cohort_is_mended_until_its_selection,
        plans.test_the_walk_of_a_plan,
        ways_back.test_evidence_is_returned_after_completion_and_mended,
        ways_back.test_a_gap_that_came_later_is_in_the_plan_once_firm_and_mentor_agree,
        ways_back.test_an_activity_is_removed_by_both_and_by_one_of_them_taken_back,
        plan_attachments.test_a_file_is_evidence_and_its_digest_alone_is_told,
        places.test_what_an_operator_proposed_is_taken_back_and_stays_on_record,
        places.test_a_drop_out_by_mistake_is_undone_while_nobody_has_the_place,
        appeals.test_a_firm_appeals_and_reads_the_answer,
        appeals.test_an_appeal_is_taken_back_and_made_anew_until_it_is_answered,
    ),
    "financing": (
        financing.test_from_consent_to_disbursement,
        financing.test_taking_the_consent_back_erases_it_everywhere,
        financing.test_an_operator_compares_a_natural_persons_identity,
        partners.test_partners_come_and_go,
        products.test_a_product_needs_no_release,
        desks.test_a_whole_way_is_answered_at_the_desk,
        trials.test_a_wrong_answer_to_a_test_is_told_and_is_no_dead_letter,
        authorisations.test_the_firm_says_it_and_nobody_for_it,
    ),
}
