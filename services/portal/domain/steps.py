"""How far a firm is: the steps of the program, in the order in which a firm meets them."""

from datetime import datetime

from services.portal.domain.firm import Firm

STEPS = (
    "registered",
    "aligned",
    "diagnosis_opened",
    "diagnosed",
    "matched",
    "selected",
    "plan_agreed",
    "plan_completed",
    "referred",
    "approved",
    "awarded",
)
"""Of the funnel. A firm that took a later step may have missed an earlier one."""

APPROVED = frozenset({"approved", "disbursed", "closed"})
"""States of a referral that a partner said yes to."""


def taken(firm: Firm) -> tuple[str, ...]:
    """The steps that a firm has taken, and stands on now; none of a firm that left."""
    if firm.profile is None or firm.withdrawn is not None:
        return ()
    diagnosis, plan, matches = firm.diagnosis, firm.plan, [each for each in firm.matches if each.lost is None]
    here = {
        "registered": True,
        "aligned": firm.alignment is not None and bool(firm.alignment.requirements),
        "diagnosis_opened": diagnosis is not None,
        "diagnosed": diagnosis is not None and diagnosis.version > 0,
        "matched": bool(matches),
        "selected": firm.selection is not None and firm.selection.outcome == "selected",
        "plan_agreed": plan is not None,
        "plan_completed": plan is not None and plan.status == "completed",
        "referred": bool(firm.referrals),
        "approved": any(each.state in APPROVED for each in firm.referrals),
        "awarded": any(each.standing == "awarded" for each in matches),
    }
    return tuple(step for step in STEPS if here[step])


def waits(firm: Firm) -> dict[str, datetime | None]:
    """Since when a firm waits for its assessment, its validation, or its plan to be agreed; None where it does not."""
    diagnosis, selection = firm.diagnosis, firm.selection
    if firm.withdrawn is not None:
        return dict.fromkeys(("assessment", "validation", "plan"))
    chosen = selection is not None and selection.outcome == "selected" and firm.plan is None
    return {
        "assessment": diagnosis.since if diagnosis and diagnosis.status == "submitted" else None,
        "validation": diagnosis.since if diagnosis and diagnosis.status == "assessed" and not diagnosis.held else None,
        "plan": selection.since if selection and chosen else None,
    }
