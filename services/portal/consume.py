"""Which part of the read models each event changes. Every event of every topic that the portal reads is here: a story
has them all.
"""

from collections.abc import Sequence

from services.portal.handlers import demand, firms, money, watch
from services.portal.handlers.story import entry
from services.portal.store import story
from services.portal.store.demand import anchors, requirements
from services.portal.store.firms import firms as table
from services.portal.store.watch import checkpoints, letters
from shared.contracts.audit import AuditSealed
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.development import (
    ActivityCompleted,
    ActivityReopened,
    PlanAgreed,
    PlanCompleted,
    SupplierDroppedOut,
    SupplierNotSelected,
    SupplierReinstated,
    SupplierSelected,
)
from shared.contracts.diagnosis import (
    AssessmentReturned,
    DiagnosisAssessed,
    DiagnosisCompleted,
    DiagnosisOpened,
    DiagnosisSubmitted,
    EvidenceReturned,
    GapRescored,
)
from shared.contracts.envelope import Envelope
from shared.contracts.financing import (
    ConsentGiven,
    ConsentRevoked,
    NeedIdentified,
    ReferralAnswered,
    ReferralLapsed,
    ReferralSent,
)
from shared.contracts.matching import (
    ContractAwarded,
    ContractEnded,
    MatchAnswered,
    MatchFound,
    MatchLost,
    OfferingAligned,
    OfferingNotAligned,
    RequirementChanged,
    RequirementClosed,
    RequirementPublished,
    RequirementReopened,
)
from shared.contracts.registration import (
    AnchorJoined,
    AnchorLeft,
    SupplierChanged,
    SupplierRegistered,
    SupplierWithdrawn,
)
from shared.messaging.routing import Routes, on
from shared.runtime.database import Connection

ROUTES: Routes = (
    on(SupplierRegistered, table, firms.described),
    on(SupplierChanged, table, firms.described),
    on(SupplierWithdrawn, table, firms.withdrawn),
    on(OfferingAligned, table, firms.aligned),
    on(OfferingNotAligned, table, firms.not_aligned),
    on(MatchFound, table, firms.match_found),
    on(MatchLost, table, firms.match_lost),
    on(MatchAnswered, table, firms.match_answered),
    on(ContractAwarded, table, firms.awarded),
    on(ContractEnded, table, firms.award_ended),
    on(DiagnosisOpened, table, firms.diagnosis_moved),
    on(DiagnosisSubmitted, table, firms.diagnosis_moved),
    on(DiagnosisAssessed, table, firms.diagnosis_moved),
    on(AssessmentReturned, table, firms.diagnosis_moved),
    on(DiagnosisCompleted, table, firms.diagnosis_completed),
    on(GapRescored, table, firms.gap_rescored),
    on(EvidenceReturned, table, firms.only_told),
    on(SupplierSelected, table, firms.selected),
    on(SupplierNotSelected, table, firms.selected),
    on(SupplierDroppedOut, table, firms.dropped_out),
    on(SupplierReinstated, table, firms.reinstated),
    on(PlanAgreed, table, firms.plan_agreed),
    on(ActivityCompleted, table, firms.activity_completed),
    on(ActivityReopened, table, firms.activity_reopened),
    on(PlanCompleted, table, firms.plan_completed),
    on(NeedIdentified, table, money.need_identified),
    on(ConsentGiven, table, money.consent_given),
    on(ConsentRevoked, table, money.consent_revoked),
    on(ReferralSent, table, money.referral_sent),
    on(ReferralAnswered, table, money.referral_moved),
    on(ReferralLapsed, table, money.referral_moved),
    on(RequirementPublished, requirements, demand.asked),
    on(RequirementChanged, requirements, demand.asked),
    on(RequirementReopened, requirements, demand.asked),
    on(RequirementClosed, requirements, demand.closed),
    on(AnchorJoined, anchors, demand.joined),
    on(AnchorLeft, anchors, demand.left),
    on(DeadLetter, letters, watch.set_aside),
    on(AuditSealed, checkpoints, watch.sealed),
)


async def keep(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Each event in the story of what it is about."""
    await story.write(connection, [entry(envelope) for envelope in envelopes])
