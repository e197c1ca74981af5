"""Tests of the exchange with a partner, as operators see them."""

from datetime import datetime
from uuid import UUID

from services.financing.domain.reasons import ReferralState
from services.financing.domain.trial import Trial
from shared.service.http import View


class TrialView(View):
    id: UUID
    partner: str
    product: str
    state: ReferralState
    """What the partner's answers made of it."""
    sent_at: datetime
    changed_at: datetime
    answer_due_at: datetime | None
    reason: str | None
    ignored_answers: int
    """Answers that said nothing new."""
    refused: tuple[str, ...]
    """Why answers were refused, the last ones."""
    from_desk: bool
    """Whether people of the partner answered at their desk in the portal."""

    @classmethod
    def of_trial(cls, trial: Trial) -> "TrialView":
        referral = trial.referral
        return cls(
            id=trial.id,
            partner=trial.partner,
            product=referral.product,
            state=referral.state,
            sent_at=referral.sent_at,
            changed_at=referral.changed_at,
            answer_due_at=referral.lapse_at,
            reason=referral.reason,
            ignored_answers=referral.ignored_answers,
            refused=trial.refused,
            from_desk=bool(referral.desk),
        )
