"""The rules of consents and answers, each broken on purpose: what the walks beside the model have to notice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.financing.domain import answer, referral
from services.financing.handlers import answers, consents, published, referrals, settling, timers
from shared.messaging.decision import Decision

Break = Callable[[pytest.MonkeyPatch], None]
BREAKS: list[tuple[Break, tuple[str, ...]]] = []
"""Each with what of the machine has to notice it."""


def breaks(*seen_by: str) -> Callable[[Break], None]:
    return lambda broken: BREAKS.append((broken, seen_by))


def wrap(patch: pytest.MonkeyPatch, module: Any, name: str, change: Callable[..., Any]) -> None:
    """Have `change` say what the function gives, from what it gave and its arguments."""
    whole = getattr(module, name)
    patch.setattr(module, name, lambda *given: change(whole(*given), *given))


def accept(patch: pytest.MonkeyPatch, problem: str) -> None:
    wrap(patch, answer, "_amounts", lambda found, *_: None if found == problem else found)


@breaks("hear")
def late_answers_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer, "_is_late", lambda *_: False)


@breaks("hear")
def what_lapsed_is_never_answered(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, answer, "_is_late", lambda late, known, _: late or known.state == "lapsed")


@breaks("hear", "answer_somehow")
def the_moment_of_processing_decides(patch: pytest.MonkeyPatch) -> None:
    whole = answers._taken
    patch.setattr(
        answers,
        "_taken",
        lambda case, event, said, now, terms: whole(case, event, replace(said, arrived_at=now), now, terms),
    )


@breaks("hear")
def the_last_that_is_processed_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer, "_is_overtaken", lambda *_: False)


@breaks("hear")
def a_repetition_is_no_newer_word(patch: pytest.MonkeyPatch) -> None:
    whole = answer._heard
    patch.setattr(answer, "_heard", lambda known, said: known if known.ignored_answers else whole(known, said))


@breaks("hear")
def more_is_paid_than_approved(patch: pytest.MonkeyPatch) -> None:
    accept(patch, "payments_above_approved")


@breaks("hear")
def more_is_approved_than_asked(patch: pytest.MonkeyPatch) -> None:
    accept(patch, "amount_above_asked")


@breaks("hear")
def a_folio_is_never_corrected(patch: pytest.MonkeyPatch) -> None:
    def received(new: bool, known: Any, said: Any) -> bool:
        return new or (said.act == "acknowledge" and known.state != "sent")

    wrap(patch, answer, "_says_nothing_new", received)


@breaks("hear")
def an_older_folio_takes_the_place_of_the_newer(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, answer, "_is_overtaken", lambda late, _, said: late and said.act != "acknowledge")


@breaks("hear")
def nothing_is_paid(patch: pytest.MonkeyPatch) -> None:
    accept(patch, "amount_not_positive")


@breaks("hear")
def a_payment_of_before_its_correction_is_added(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, answer, "_is_overtaken", lambda late, _, said: late and said.act != "pay")


@breaks("of_referrals")
def what_is_paid_in_full_waits_like_the_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer, "_is_paid_in_full", lambda _: False)


@breaks("hear")
def an_answer_said_twice_counts_twice(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, answer, "_says_nothing_new", lambda new, known, said: new and said.act != "approve")


@breaks("hear")
def a_payment_of_the_same_amount_is_a_repetition(patch: pytest.MonkeyPatch) -> None:
    def paid(new: bool, known: Any, said: Any) -> bool:
        return new or (said.act == "pay" and known.papers is not None and known.papers.disbursed == said.amount)

    wrap(patch, answer, "_says_nothing_new", paid)


@breaks("hear")
def an_answer_after_the_withdrawal_counts(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, answer, "_says_nothing_new", lambda new, known, _: new and known.state != "withdrawn")


@breaks("hear")
def a_payment_after_the_revocation_counts(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, answer, "_says_nothing_new", lambda new, known, said: new and said.act != "pay")


@breaks("answer_somehow")
def any_partner_answers(patch: pytest.MonkeyPatch) -> None:
    whole = answers._taken

    def taken(case: Any, event: Any, *more: Any) -> Decision[Any]:
        known = case.referral(event.referral_id)
        return whole(case, event.model_copy(update={"partner": known.partner}), *more)

    patch.setattr(answers, "_taken", taken)


@breaks("answer_somehow")
def any_date_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer, "CLOCK_SLIP", answer.CLOCK_SLIP * 1000)


@breaks("of_referrals")
def asking_again_begins_the_firm_s_days_anew(patch: pytest.MonkeyPatch) -> None:
    whole = answer._taken

    def taken(known: Any, said: Any, state: Any, *more: Any) -> Any:
        return whole(replace(known, state="sent") if state == known.state else known, said, state, *more)

    patch.setattr(answer, "_taken", taken)


@breaks("of_what_is_told")
def a_reminder_comes_twice(patch: pytest.MonkeyPatch) -> None:
    def reminders(told: Any, before: Any, after: Any) -> Any:
        reminded = (item for item in after.referrals if item.reminded_at is not None and item.lapse_at is not None)
        return tuple(published.referral_due(after.id, item, item.lapse_at) for item in reminded)

    wrap(patch, timers, "_reminders", reminders)


@breaks("of_referrals")
def a_reminder_comes_after_the_end(patch: pytest.MonkeyPatch) -> None:
    def ended(after: Any, before: Any, *_: Any) -> Any:
        return replace(after, remind_at=before.remind_at)

    wrap(patch, referral, "_waiting_for_erasure", ended)


@breaks("of_referrals")
def no_reminder_comes_after_the_firm_informed(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, referral, "informed", lambda after, *_: after and replace(after, remind_at=None))


@breaks("of_referrals")
def nobody_is_woken_for_erasure(patch: pytest.MonkeyPatch) -> None:
    def moments(found: Any, known: Any) -> Any:
        return tuple(at for at in found if at != known.erase_at)

    wrap(patch, referral, "moments", moments)


@breaks("hear")
def the_lapse_is_when_it_was_seen(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, referral, "_lapsed", lambda after, _, now, __: replace(after, lapsed_at=now))


@breaks("of_referrals")
def erasure_leaves_the_amount(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, referral, "erased", lambda after, before, _: replace(after, papers=before.papers))


@breaks("of_referrals")
def revocation_leaves_the_papers(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, referral, "recalled", lambda after, before, _: replace(after, papers=before.papers))


@breaks("of_referrals")
def revocation_leaves_why_it_was_declined(patch: pytest.MonkeyPatch) -> None:
    def recalled(after: Any, before: Any, _: Any) -> Any:
        return after if after.state == "withdrawn" else replace(after, reason=before.reason, questions=before.questions)

    wrap(patch, referral, "recalled", recalled)


@breaks("of_referrals")
def a_new_promise_holds_for_what_was_given_before(patch: pytest.MonkeyPatch) -> None:
    whole = referral.ended
    for module in (answer, referral):
        patch.setattr(module, "ended", lambda item, now, days: whole(replace(item, promised=None), now, days))


@breaks("of_what_is_told")
def a_partner_is_told_twice_to_erase(patch: pytest.MonkeyPatch) -> None:
    """Of what it was told to erase before the firm consented anew, and took that back too."""

    def revoked(outcome: Any, case: Any, consent_id: Any, now: Any, _: Any) -> Any:
        partner = case.consent(consent_id).partner
        before = (item for item in case.referrals if item.partner == partner and item.recalled_at is not None)
        again = (published.referral_withdrawn(case.id, item, now) for item in before)
        return replace(outcome, events=(*outcome.events, *again)) if outcome.events else outcome

    wrap(patch, consents, "revoke", revoked)


@breaks("hear")
def a_suspended_partner_is_not_heard(patch: pytest.MonkeyPatch) -> None:
    """Its referrals go on."""
    whole = answers._taken

    def taken(case: Any, event: Any, said: Any, now: Any, terms: Any) -> Any:
        known = terms.partner(event.partner)
        if known is not None and not known.active:
            raise answers._rejected("referral_unknown")
        return whole(case, event, said, now, terms)

    patch.setattr(answers, "_taken", taken)


@breaks("of_what_is_told")
def a_change_of_state_is_not_told(patch: pytest.MonkeyPatch) -> None:
    for module in (answers, consents, referrals, timers):
        wrap(patch, module, "moved", lambda told, *_: told[1:])


@breaks("of_referrals")
def the_next_moment_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, settling, "next_moment", lambda *_: None)


@breaks("of_consents")
def what_other_referrals_need_is_erased(patch: pytest.MonkeyPatch) -> None:
    def passed(after: Any, before: Any, *_: Any) -> Any:
        gone = {
            new.consent_id
            for old, new in zip(before.referrals, after.referrals, strict=True)
            if old.papers and not new.papers
        }
        consents = tuple(replace(item, papers=None) if item.id in gone else item for item in after.consents)
        return replace(after, consents=consents)

    wrap(patch, timers, "passed", passed)
