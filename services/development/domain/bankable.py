"""Whether a bank would look at a firm. The rule is financing's, which decides on referrals: a test compares the two."""

from dataclasses import dataclass

from services.development.domain.diagnosis import Diagnosis


@dataclass(frozen=True, slots=True)
class Bankable:
    """What a bank asks for. Whom it refuses has that in its credit history: a module comes first."""

    dimension: str
    min_bp: int
    tax_question: str
    tax_level_min: int
    module: str
    """What a firm does first that is not bankable yet."""


def is_bankable(diagnosis: Diagnosis | None, rule: Bankable | None) -> bool:
    """Whether what was evaluated reaches what a bank asks for. What nobody evaluated says nothing against the firm."""
    if diagnosis is None or rule is None:
        return True
    share, level = diagnosis.dimensions.get(rule.dimension), diagnosis.levels.get(rule.tax_question)
    return (share is None or share >= rule.min_bp) and (level is None or level >= rule.tax_level_min)
