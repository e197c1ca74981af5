"""Which part of the read models each event changes. Every event of every topic that the portal reads is here: a story
has them all.
"""

from collections.abc import Sequence
from datetime import timedelta

from services.portal.domain.subscription import Reader
from services.portal.handlers import demand, firms, matches, money, news, watch
from services.portal.handlers.story import entry, stands
from services.portal.settings import Settings
from services.portal.store import story, subscriptions
from services.portal.store.demand import anchors, requirements
from services.portal.store.firms import firms as table
from services.portal.store.subscriptions import readers
from services.portal.store.watch import checkpoints, letters
from services.portal.views import mails
from shared.contracts.audit import AuditSealed
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.development import (
    ActivityCompleted,
    ActivityReopened,
    PlanAgreed,
    PlanCompleted,
    PlanScheduled,
    SupplierDroppedOut,
    SupplierNotSelected,
    SupplierReinstated,
    SupplierSelected,
)
from shared.contracts.diagnosis import (
    AssessmentReturned,
    AssessmentsCompared,
    AssessorAssigned,
    DiagnosisAssessed,
    DiagnosisCompleted,
    DiagnosisOpened,
    DiagnosisSubmitted,
    EvidenceReturned,
    GapRescored,
    SecondAssessmentWaived,
)
from shared.contracts.envelope import Envelope
from shared.contracts.event import SupplierEvent
from shared.contracts.financing import (
    ConsentGiven,
    ConsentRevoked,
    NeedIdentified,
    ReferralAnswered,
    ReferralLapsed,
    ReferralSent,
)
from shared.contracts.matching import (
    AlignmentChanged,
    CandidateIntroduced,
    ContractAwarded,
    ContractEnded,
    IntroductionEnded,
    MatchAnswered,
    MatchFound,
    MatchLost,
    MeetingBooked,
    MeetingCancelled,
    MeetingHeld,
    OfferingAligned,
    OfferingNotAligned,
    PerformanceAnswered,
    PerformanceReported,
    PerformanceRetracted,
    RequirementChanged,
    RequirementClosed,
    RequirementPublished,
    RequirementReopened,
)
from shared.contracts.registration import (
    AnchorJoined,
    AnchorLeft,
    ContactErased,
    PersonLeft,
    SupplierChanged,
    SupplierRegistered,
    SupplierWithdrawn,
)
from shared.messaging.routing import Routes, Timers, at, none, on, on_arrival
from shared.runtime.database import Connection
from shared.service.mail import Mail
from shared.service.mailing import MailLimit, MailRoute, Mails

ROUTES: Routes = (
    on(SupplierRegistered, table, firms.described),
    on(SupplierChanged, table, firms.described),
    on(SupplierWithdrawn, table, firms.withdrawn),
    on(PersonLeft, table, firms.only_told),
    on(ContactErased, table, firms.only_told),
    on(OfferingAligned, table, firms.aligned),
    on(AlignmentChanged, table, firms.alignment_changed),
    on(OfferingNotAligned, table, firms.not_aligned),
    on_arrival(MatchFound, table, matches.match_found, reference=none),
    on(MatchLost, table, matches.match_lost),
    on(CandidateIntroduced, table, firms.only_told),
    on(IntroductionEnded, table, firms.only_told),
    on(MeetingBooked, table, firms.only_told),
    on(MeetingCancelled, table, firms.only_told),
    on(MeetingHeld, table, firms.only_told),
    on(PerformanceReported, table, firms.only_told),
    on(PerformanceRetracted, table, firms.only_told),
    on(PerformanceAnswered, table, firms.only_told),
    on(MatchAnswered, table, matches.match_answered),
    on(ContractAwarded, table, matches.awarded),
    on(ContractEnded, table, matches.award_ended),
    on_arrival(DiagnosisOpened, table, firms.diagnosis_moved, reference=none),
    on_arrival(DiagnosisSubmitted, table, firms.diagnosis_moved, reference=none),
    on_arrival(DiagnosisAssessed, table, firms.diagnosis_moved, reference=none),
    on_arrival(AssessmentReturned, table, firms.diagnosis_moved, reference=none),
    on(DiagnosisCompleted, table, firms.diagnosis_completed),
    on(GapRescored, table, firms.gap_rescored),
    on(EvidenceReturned, table, firms.only_told),
    on(AssessorAssigned, table, firms.only_told),
    on_arrival(AssessmentsCompared, table, firms.assessments_compared, reference=none),
    on(SecondAssessmentWaived, table, firms.only_told),
    on_arrival(SupplierSelected, table, firms.selected, reference=none),
    on_arrival(SupplierNotSelected, table, firms.selected, reference=none),
    on(SupplierDroppedOut, table, firms.dropped_out),
    on(SupplierReinstated, table, firms.reinstated),
    on(PlanAgreed, table, firms.plan_agreed),
    on(PlanScheduled, table, firms.plan_scheduled),
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


TIMERS: Timers = (at(news.LOOK, readers, news.look), at(news.LAPSE, readers, news.lapse))

CONFIRMATIONS = MailLimit("mails_of_news", timedelta(hours=1), 3)
"""To one mailbox: whoever asks for news names it, and may name somebody else's."""


async def keep(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Each event in the story of what it is about; and whoever asked for news of that looks again."""
    await story.write(connection, [entry(envelope) for envelope in envelopes if stands(envelope.data)])
    answered = [(each.data, each.time) for each in envelopes if isinstance(each.data, ReferralAnswered)]
    await story.take_out(connection, [(data.supplier_id, data.referral_id, at) for data, at in answered])
    told = [(envelope.data, envelope.cause.correlation_id) for envelope in envelopes]
    of_firms = {data.supplier_id: by for data, by in told if isinstance(data, SupplierEvent)}
    of_anchors = {data.anchor_id: by for data, by in told if isinstance(data, MatchFound)}
    queues = {queue: by for data, by in told if (queue := news.WAITS_AT.get(type(data)))}
    left = {leaving: by for data, by in told if (leaving := news.leaving(data))}
    await subscriptions.wake_of_firms(connection, news.LOOK, of_firms)
    await subscriptions.wake_of_people(connection, news.LAPSE, left)
    await subscriptions.wake_of_queues(connection, news.LOOK, of_anchors, queues)


def mails_of(settings: Settings) -> Mails:
    """What is mailed until a server takes it."""

    async def confirmation(_: Connection, reader: Reader, code: str) -> Mail | None:
        return mails.confirmation(reader.subscription, code, settings.portal_url)

    async def newsletter(_: Connection, reader: Reader, __: str) -> Mail | None:
        return mails.newsletter(reader.subscription, reader.written(), settings.portal_url, reader.messages)

    routes = (
        MailRoute(news.CONFIRMATION_MAIL, readers, news.confirmation_again, confirmation, CONFIRMATIONS),
        MailRoute(news.NEWS_MAIL, readers, news.mail_again, newsletter, taken=news.mail_taken),
    )
    return Mails(routes, settings.sender())
