"""Who may be selected at all.

The program's proposal, without calibration data yet: no exclusion; at least one match at the threshold; band C2 or
better and not already grade A; the management's commitment; a list of article 69-B that was looked up and presumes
nothing; no evidence that still waits for a verdict. Matches that an open critical gap blocks do count: closing that gap
is what the plan is for. So does a firm whose tax opinion is unknown: that is a gap too (F05), and told as a note.
"""

from dataclasses import dataclass

from services.development.domain.call import Limits
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.diagnosis import Band, Diagnosis
from services.development.domain.reasons import Exclusion, FailedCondition, Note
from services.development.domain.score import Weights


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """One version of a call: who may be selected, by what firms are ranked, and the limits of a cohort."""

    version: str
    match_min: int
    """Basis points that the best match must reach."""
    bands: tuple[Band, ...]
    """Bands that are developable and still have something to develop."""
    commitment_min: int
    """Level of the commitment question, 0 to 4."""
    weights: Weights
    limits: Limits
    """What a cohort of the call has, unless it says otherwise."""
    appeal_days: int
    """Days after a selection in which a firm may appeal."""
    source: str = ""
    """Where the rules are from."""


def exclusions(candidate: Candidate, cohort: Cohort) -> tuple[Exclusion, ...]:
    """Why a firm may not take part whatever an operator says."""
    found: list[Exclusion] = []
    if candidate.withdrawn:
        found.append("withdrawn")
    if candidate.standing is None:
        found.append("registration_unknown")
    else:
        if candidate.standing.list_69b == "definitive":
            found.append("list_69b_definitive")
        if candidate.standing.tax_opinion == "negative":
            found.append("tax_opinion_negative")
    left = cohort.left(candidate.id)
    if left is not None and left.status != "taken":
        found.append("dropped_out")
    return tuple(found)


def failed_conditions(
    candidate: Candidate, best_match: int, diagnosis: Diagnosis, rules: SelectionRules
) -> tuple[FailedCondition, ...]:
    """Conditions of the rule that a firm does not meet; all of them, so that it knows what to work on."""
    found: list[FailedCondition] = []
    if best_match < rules.match_min:
        found.append("no_match_at_threshold")
    if diagnosis.grade == "A":
        found.append("already_grade_a")
    elif diagnosis.band not in rules.bands:
        found.append("band_below_minimum")
    if diagnosis.commitment is None or diagnosis.commitment < rules.commitment_min:
        found.append("commitment_below_minimum")
    if candidate.standing is not None and not candidate.standing.looked_up:
        found.append("list_69b_unchecked")
    elif candidate.standing is not None and candidate.standing.list_69b == "presumed":
        found.append("list_69b_presumed")
    if candidate.awaits_verdict:
        found.append("evidence_awaits_verdict")
    return tuple(found)


def notes(candidate: Candidate) -> tuple[Note, ...]:
    found: list[Note] = []
    if candidate.standing is not None and candidate.standing.tax_opinion == "unknown":
        found.append("tax_opinion_unknown")
    if candidate.best_match is not None and candidate.best_match.blocked_by:
        found.append("match_blocked")
    return tuple(found)
