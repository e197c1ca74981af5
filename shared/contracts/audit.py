"""What is on record of who did what with whose data: the closed catalogue of acts, and the event of a checkpoint.

An act is `source:subject:action`. A route's is found by the name of its function; whoever adds a route that changes
something, or shows what is a firm's or a person's, adds it here (a test walks them all).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import Field, StringConstraints

from shared.contracts.acts import ARCO, GIVEN, LOOKS, OPENED, OPERATIONS, Read
from shared.contracts.event import EventData, Moment

LOGS = UUID("0f6d3c1e-95ab-5a55-8c1d-3f8f1f7f2c02")
"""Namespace of the logs: each service's is one aggregate."""


CHANGES: Mapping[str, Mapping[str, str]] = {
    "registration": {
        "register_supplier": "claim:made",
        "confirm_contact": "claim:confirmed",
        "settle_dispute": "dispute:settled",
        "keep_twins": "twins:kept",
        "merge_twins": "twins:merged",
        "invite_person": "person:invited",
        "accept_invitation": "person:joined",
        "remove_person": "person:removed",
        "change_supplier": "supplier:changed",
        "withdraw_supplier": "supplier:withdrawn",
        "release_supplier": "supplier:released",
        "import_suppliers": "supplier:imported",
        "erase_contact": "contact:erased",
        "join_anchor": "anchor:joined",
        "leave_anchor": "anchor:left",
        "import_anchors": "anchor:imported",
        "load_list": "screening-list:loaded",
        "tell_profiles": "telling:made",
        "import_prospects": "prospect:imported",
        "invite_prospect": "prospect:invited",
        "decline_prospect": "prospect:declined",
        "reopen_prospect": "prospect:reopened",
        "link_prospect": "prospect:linked",
        "consent_to_introduction": "introduction:consented",
        "revoke_introduction": "introduction:revoked",
        **ARCO,
    },
    "matching": {
        "publish_requirement": "requirement:published",
        "change_requirement": "requirement:changed",
        "close_requirement": "requirement:closed",
        "reopen_requirement": "requirement:reopened",
        "name_requirement": "requirement:named",
        "waive_gate": "waiver:given",
        "revoke_waiver": "waiver:revoked",
        "import_requirements": "requirement:imported",
        "answer_match": "match:answered",
        "award_match": "match:awarded",
        "correct_award": "award:corrected",
        "end_award": "award:ended",
        "report_performance": "performance:reported",
        "retract_performance": "performance:retracted",
        "answer_performance": "performance:answered",
        "tell_alignments": "telling:made",
        "plan_meeting_day": "meeting-day:planned",
        "change_meeting_day": "meeting-day:changed",
        "cancel_meeting_day": "meeting-day:cancelled",
        "reopen_meeting_day": "meeting-day:reopened",
        "book_meeting": "meeting:booked",
        "cancel_meeting": "meeting:cancelled",
        "record_outcome": "meeting:recorded",
    },
    "diagnosis": {
        "submit_self_assessment": "diagnosis:submitted",
        "record_assessment": "diagnosis:assessed",
        "validate_diagnosis": "diagnosis:validated",
        "rescore_question": "gap:rescored",
        "assign_people": "people:assigned",
        "answer_question": "question:answered",
        "submit_draft": "diagnosis:submitted",
        "note_seen": "question:assessed",
        "end_visit": "diagnosis:assessed",
        "return_assessment": "diagnosis:sent-back",
        "reopen_diagnosis": "diagnosis:reopened",
        "measure_all": "measurement:made",
        "publish_benchmarks": "benchmark:published",
        "assign_calibrators": "people:assigned",
        "reconcile_assessments": "diagnosis:reconciled",
        "waive_second": "diagnosis:waived",
    },
    "development": {
        "open_cohort": "cohort:opened",
        "change_cohort": "cohort:changed",
        "override_selection": "override:given",
        "take_override_back": "override:taken-back",
        "select_cohort": "cohort:selected",
        "assign_mentor": "mentor:assigned",
        "agree_plan": "plan:agreed",
        "give_evidence": "evidence:given",
        "complete_activity": "activity:completed",
        "return_evidence": "evidence:returned",
        "agree_revision": "revision:agreed",
        "propose_removal": "removal:proposed",
        "take_removal_back": "removal:taken-back",
        "plan_calendar": "calendar:planned",
        "note_attendance": "attendance:noted",
        "put_off_activity": "activity:put-off",
        "propose_drop_out": "drop-out:proposed",
        "keep_place": "drop-out:taken-back",
        "drop_out_firm": "supplier:dropped-out",
        "reinstate_firm": "supplier:reinstated",
        "replace_drop_out": "supplier:replaced",
        "appeal_outcome": "appeal:made",
        "withdraw_appeal": "appeal:taken-back",
        "decide_appeal": "appeal:decided",
    },
    "financing": {
        "give_consent": "consent:given",
        "revoke_consent": "consent:revoked",
        "confirm_identity": "identity:confirmed",
        "send_referral": "referral:sent",
        "report_information": "information:reported",
        "record_authorisation": "authorisation:recorded",
        "put_partner": "partner:changed",
        "put_product": "product:changed",
        "try_partner": "partner:tried",
        "answer_at_desk": "referral:answered",
    },
    "portal": {
        "write_message": "message:written",
        "send_message": "message:sent",
        "withdraw_message": "message:withdrawn",
    },
}
"""What a caller changes, by the route: a row for each aggregate, in the transaction that changes it. Of a
file also a row for the import, in the transaction that receives it.
"""

READS: Mapping[str, Mapping[str, Read]] = {
    "registration": {
        "show_supplier": Read("supplier:viewed", "id"),
        "list_suppliers": Read("supplier:listed", "id"),
        "search_suppliers": Read("supplier:searched", "id"),
        "list_twins": Read("twins:listed", "supplier_ids"),
        "show_twins": Read("twins:viewed", "supplier_ids"),
        **dict.fromkeys(("show_origins", "list_past", "show_held"), Read("supplier:viewed")),
        "list_people": Read("person:listed", "supplier_id"),
        "list_suggestions": Read("supplier:suggested", "supplier_id"),
        "show_refused_suppliers": Read("supplier:returned"),
        "export_suppliers": Read("supplier:exported"),
        "list_introductions": Read("introduction:listed"),
        "show_introduction": Read("introduction:viewed"),
        **dict.fromkeys(("list_arco", "list_all_arco", "show_arco"), Read("arco:viewed", "supplier_id")),
    },
    "matching": {
        "list_versions": Read("version:listed"),
        "list_candidates": Read("match:listed", "supplier_id"),
        "show_match": Read("match:viewed", "supplier_id"),
        "show_judged": Read("match:viewed", "supplier_id"),
        "show_alignment": Read("alignment:viewed", "supplier_id"),
        "list_matches": Read("match:listed", "supplier_id"),
        "list_near_firms": Read("near-miss:listed", "supplier_id"),
        "list_near_requirements": Read("near-miss:listed", "supplier_id"),
        "list_lifts": Read("lift:listed", "supplier_id"),
        "list_lifts_for_requirement": Read("lift:listed", "supplier_id"),
        "list_lifts_of_match": Read("lift:listed", "supplier_id"),
        **dict.fromkeys(("read_requirements", "read_requirement"), Read("requirement:read")),
        "show_meeting_day": Read("meeting:listed"),
        "list_meetings": Read("meeting:listed"),
        "show_meeting": Read("meeting:viewed", "supplier_id"),
        "show_performance": Read("performance:viewed", "supplier_id"),
    },
    "diagnosis": {
        "list_diagnoses": Read("diagnosis:listed", "supplier_id"),
        "show_diagnosis": Read("diagnosis:viewed", "supplier_id"),
        **dict.fromkeys(("show_assignment", "show_calibration"), Read("assignment:viewed", "supplier_id")),
        "list_gaps": Read("gap:listed", "supplier_id"),
        "list_sheets": Read("sheet:listed", "supplier_id"),
        "show_benchmark": Read("benchmark:viewed", "supplier_id"),
        "list_versions": Read("version:listed", "supplier_id"),
        "compare_versions": Read("version:compared", "supplier_id"),
        "show_draft": Read("draft:viewed", "supplier_id"),
        "show_answer": Read("draft:viewed"),
        "show_visit": Read("visit:viewed", "supplier_id"),
        "show_seen": Read("visit:viewed"),
        "list_waiting": Read("diagnosis:listed", "supplier_id"),
        "list_assignments": Read("assignment:listed", "supplier_id"),
    },
    "development": {
        **dict.fromkeys(("preview_cohort", "show_next_place"), Read("candidate:ranked", "supplier_id")),
        "list_waiting_for_place": Read("candidate:listed", "supplier_id"),
        "show_outcome": Read("candidate:viewed", "supplier_id"),
        "list_outcomes": Read("candidate:viewed", "supplier_id"),
        "list_appeals": Read("appeal:listed", "supplier_id"),
        "what_if": Read("candidate:ranked", "supplier_id"),
        "list_candidates": Read("candidate:listed", "supplier_id"),
        "list_past_overrides": Read("override:listed", "supplier_id"),
        "list_plans": Read("plan:listed", "supplier_id"),
        "show_plan": Read("plan:viewed", "supplier_id"),
        "list_past_plans": Read("plan:listed", "supplier_id"),
        "list_changes": Read("plan:listed", "supplier_id"),
        "show_calendar": Read("calendar:viewed", "supplier_ids"),
        "list_waiting": Read("plan:listed", "supplier_id"),
        "list_assignments": Read("assignment:listed", "supplier_id"),
        "show_assignment": Read("assignment:viewed", "supplier_id"),
    },
    "financing": {
        "show_case": Read("case:viewed", "supplier_id"),
        **dict.fromkeys(("show_papers", "list_refusals"), Read("papers:viewed")),
        "list_needs": Read("need:listed", "supplier_id"),
        **dict.fromkeys(("show_consent", "prove_consent"), Read("consent:viewed", "supplier_id")),
        **dict.fromkeys(("list_referrals", "list_due"), Read("referral:listed", "supplier_id")),
        "show_referral": Read("referral:viewed", "supplier_id"),
        "show_at_desk": Read("referral:viewed", "supplier_id"),
    },
    "portal": {
        "list_firms": Read("supplier:listed"),
        "show_firm": Read("supplier:viewed"),
        **dict.fromkeys(("show_requirement", "close_requirement"), Read("match:listed")),
        "show_candidate": Read("match:viewed"),
        **dict.fromkeys(("answer_candidate", "award", "correct", "end", "report", "retract"), Read("match:viewed")),
        "reopen": Read("match:listed"),
        **dict.fromkeys(("name_requirement", "waive", "revoke"), Read("match:listed")),
        "show_meeting_day": Read("meeting:listed"),
        "book_meeting": Read("meeting:listed"),
        "change_meeting_day": Read("meeting:listed"),
        "cancel_meeting_day": Read("meeting:listed"),
        "reopen_meeting_day": Read("meeting:listed"),
        "give_calendar": Read("meeting:listed"),
        "show_meeting": Read("meeting:viewed"),
        "record_outcome": Read("meeting:viewed"),
        "cancel_meeting": Read("meeting:viewed"),
    },
}
"""What a caller sees of others, by the route: a row for each firm that the answer shows, before it leaves. A page of
the portal says itself whom it shows; what it asks of a stage, the stage records.
"""

ANSWERED, FIRED = "partner:answered", "timer:fired"
"""What a partner and a timer do."""


def change(service: str, route: str) -> str | None:
    """The act of a route that changes something."""
    act = CHANGES.get(service, {}).get(route) or OPERATIONS.get(route) or GIVEN.get(route)
    return None if act is None else f"{service}:{act}"


def read(service: str, route: str) -> Read | None:
    """The act of a route that shows something."""
    found = READS.get(service, {}).get(route) or LOOKS.get(route) or OPENED.get(route)
    return None if found is None else found._replace(act=f"{service}:{found.act}")


class AuditSealed(EventData):
    """A checkpoint of a service's audit log: how long it is and the root of its tree, signed. Whoever keeps it can
    prove later that nothing before it was altered, removed or cut off.
    """

    TYPE: ClassVar[str] = "audit-sealed"

    log_id: UUID
    """The log: derived from its service."""
    service: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,60}$"), Field(examples=["registration"])]
    """Whose log. Open: stages are added."""
    size: Annotated[int, Field(strict=True, ge=0, le=2**53 - 1, examples=[7])]
    """Entries of the log."""
    note: Annotated[
        str, Field(max_length=2000, examples=["registration.audit.v1\n7\nqw…=\n\n— registration.audit.v1 …\n"])
    ]
    """The checkpoint as a signed note (C2SP tlog-checkpoint), the root of the tree of RFC 6962 in it."""
    sealed_at: Moment
    """When it was signed."""

    @property
    def key(self) -> UUID:
        return self.log_id

    @property
    def topic(self) -> str:
        return log_of(self.service)


def log_id(service: str) -> UUID:
    """The aggregate that a service's log is."""
    return uuid5(LOGS, service)


def is_log(topic: str) -> bool:
    return topic.endswith(".audit.v1")


def log_of(service: str) -> str:
    """The name of a service's log: its topic, and what its checkpoints call it."""
    return f"{service}.audit.v1"
