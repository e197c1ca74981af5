"""The exchange with a partner is tried: its answers are judged like all others, and settle nothing."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from services.financing.domain import trial as trials
from services.financing.domain.case import Case
from services.financing.domain.terms import Terms
from services.financing.domain.trial import Trial
from services.financing.handlers import published
from services.financing.handlers.answers import Judge
from shared.contracts import partner as contract
from shared.contracts.consent import ConsentReference
from shared.contracts.partner import Answer
from shared.messaging.decision import Decision, Refused, RejectedEventError

NO_TEXT = "test"
"""Version of the words that nobody agreed to."""


def begin(seed: UUID, partner_code: str, now: datetime, terms: Terms) -> Decision[Trial] | Refused:
    """Send a partner a referral that is marked as a test, also one to which no firm is referred yet."""
    partner = terms.partner(partner_code)
    if partner is None:
        return Refused("not_found", "partner_unknown")
    if not partner.active:
        return Refused("conflict", "partner_inactive")
    product = next((each for each in terms.products if each.partner == partner.code), None)
    trial = trials.begun(seed, partner, product, now)
    return Decision(trial, (_package(trial),))


def tried_or(judge: Judge) -> Judge:
    """The decision of an answer, for firms' referrals and for tests: these are judged as nobody's case, of which only
    the referral stays. What cannot be so is told to its partner, and is no dead letter.
    """

    def decide(state: Any, event: Answer, arrived_at: datetime, now: datetime, terms: Terms) -> Decision[Any]:  # noqa: ANN401 - a case or a trial
        if not isinstance(state, Trial):
            return judge(state, event, arrived_at, now, terms)
        nobody = Case(state.id, referrals=(state.referral,))
        try:
            decision = judge(nobody, event, arrived_at, now, terms)
        except RejectedEventError as error:
            return Decision(trials.refused(state, error.reason), without_effect=("refused", error.reason))
        after = nobody if decision.state is None else decision.state
        trial = trials.answered(state, after.referrals[0])
        match decision.without_effect:
            case ("refused", reason):
                trial = trials.refused(trial, reason)
        return Decision(trial, without_effect=decision.without_effect)

    return decide


def without_words(answer: Answer) -> Answer:
    """An answer to a test as people at a desk may send it: what somebody typed stays nowhere, as no firm's
    erasure would ever reach it.
    """
    wordless: dict[str, object] = {"folio": None, "items": ()}
    return answer.model_copy(update={name: wordless[name] for name in wordless.keys() & type(answer).model_fields})


def _package(trial: Trial) -> contract.Referral:
    referral = trial.referral
    consent = ConsentReference(
        consent_id=trial.id,
        data_classes=("need",),
        text_version=NO_TEXT,
        text_sha256=hashlib.sha256(NO_TEXT.encode()).hexdigest(),
        given_at=referral.sent_at,
        expires_on=referral.sent_at.date(),
    )
    return contract.Referral(
        referral_id=trial.id,
        supplier_id=trial.id,
        partner=trial.partner,
        product=referral.product,
        shape=referral.shape,
        consent=consent,
        need=contract.Need(
            purpose=referral.purpose,
            amount=published.money(trials.AMOUNT),
            term_months=trials.TERM_MONTHS,
            gaps=(),
        ),
        answer_due_at=referral.lapse_at or referral.sent_at,
        test=True,
    )
