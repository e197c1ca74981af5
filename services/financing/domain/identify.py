"""From what the other stages found to needs with their options."""

from dataclasses import replace
from datetime import date

from services.financing.domain import eligibility, ids
from services.financing.domain.case import Case
from services.financing.domain.money import Money, total
from services.financing.domain.need import Need, Option
from services.financing.domain.reasons import Ineligible
from services.financing.domain.terms import NeedRule, Terms


def with_needs(case: Case, terms: Terms, today: date) -> Case:
    """The case with its needs as they are now. A need that was found once stays, open or not."""
    known = {need.purpose for need in case.needs}
    needs = tuple(
        _need(case, terms, rule, today)
        for rule in terms.needs
        if rule.purpose in known or (is_ready(case) and is_found(case, rule))
    )
    return replace(case, needs=needs)


def is_ready(case: Case) -> bool:
    """Needs are looked for once it is settled what the firm will do: a plan, a contract, or a place in a cohort."""
    return case.plan is not None or bool(case.contracts) or (case.diagnosis is not None and case.cohort_id is not None)


def is_found(case: Case, rule: NeedRule) -> bool:
    declined = any(referral.state == "declined" and referral.reason in rule.on_declines for referral in case.referrals)
    return bool(open_questions(case, rule)) or (rule.on_contract and bool(case.contracts)) or declined


def open_questions(case: Case, rule: NeedRule) -> tuple[str, ...]:
    open_gaps = {gap.question for gap in case.diagnosis.gaps} if case.diagnosis else set()
    return tuple(question for question in rule.questions if question in open_gaps)


def _need(case: Case, terms: Terms, rule: NeedRule, today: date) -> Need:
    questions = open_questions(case, rule)
    amount = _cost_ahead(case, questions) if rule.amount_from_plan else None
    found = is_found(case, rule)
    against: tuple[Ineligible, ...] = (*eligibility.of_firm(case, terms.bankable), *(() if found else ("need_met",)))
    options = [
        Option(
            product.code,
            product.partner,
            product.shape,
            (*against, *eligibility.of_product(case, terms, product, today, amount)),
            product.edition,
        )
        for product in terms.products_for(rule.purpose)
    ]
    best = next((option for option in options if option.eligible), None)
    return Need(
        id=ids.need_id(case.id, rule.purpose),
        purpose=rule.purpose,
        questions=questions,
        modules=_modules(case, questions),
        amount=amount,
        open=found,
        options=tuple(replace(option, proposed=option is best) for option in options),
        terms=terms.version,
    )


def _cost_ahead(case: Case, questions: tuple[str, ...]) -> Money | None:
    """Upper end of what the plan's activities for these questions cost, of those still to be done."""
    planned = case.plan.activities if case.plan else ()
    return total(
        activity.cost_to
        for activity in planned
        if activity.id not in case.completed and set(questions).intersection(activity.questions)
    )


def _modules(case: Case, questions: tuple[str, ...]) -> tuple[str, ...]:
    """The plan's modules for these questions; without a plan, those that the diagnosis names."""
    if case.plan is not None:
        found = {item.module for item in case.plan.activities if set(questions).intersection(item.questions)}
    else:
        gaps = case.diagnosis.gaps if case.diagnosis else ()
        found = {module for gap in gaps if gap.question in questions for module in gap.modules}
    return tuple(sorted(found))
