"""Which anchors know who a firm is: for a match that nothing blocks, or once a buyer went on with it; of a natural
person only those that it consented to, and who buys from it.
"""

from uuid import UUID

from services.matching.domain.answers import Answers
from services.matching.domain.match import Match
from services.matching.domain.offering import Profile
from services.matching.domain.reasons import HiddenReason, IntroductionEndReason
from services.matching.domain.rematch import Offering


def hidden(profile: Profile | None, match: Match | None, answers: Answers) -> HiddenReason | None:
    """Why the anchor of a match that holds, or of what was answered, may not know the firm; None where it may."""
    if answers.award is not None:
        return None
    if profile and profile.introducible and not profile.introducible.may_know(answers.anchor_id):
        return "not_consented"
    return None if answers.introduced or (match is not None and not match.blocked_by) else "gaps_open"


def knowing(offering: Offering) -> frozenset[UUID]:
    """The anchors that may know the firm now."""
    held = {match.requirement_id: match for match in offering.matches if match.holds}
    about = [offering.answers_about(match) for match in offering.matches]
    lost = [each for each in offering.answers if each.introduced]
    return frozenset(
        each.anchor_id
        for each in (*about, *lost)
        if hidden(offering.profile, held.get(each.requirement_id), each) is None
    )


def why_ended(offering: Offering, anchor_id: UUID) -> IntroductionEndReason:
    """Why an anchor that knew the firm may not any more."""
    if offering.withdrawn:
        return "supplier_withdrawn"
    profile = offering.profile
    if profile and profile.introducible and not profile.introducible.may_know(anchor_id):
        return "not_consented"
    held = any(match.anchor_id == anchor_id and match.holds for match in offering.matches)
    return "gaps_open" if held else "match_lost"
