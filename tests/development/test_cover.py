from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.development.catalogue import modules
from services.development.domain.cover import cover
from services.development.domain.diagnosis import Gap, Severity
from services.development.domain.module import Modules
from tests.development.given import gap

SOME = Modules("some", modules().severity_weights, tuple(replace(each, requires=()) for each in modules().modules[:14]))

SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")
severities = st.sampled_from(SEVERITIES)
questions = st.sampled_from(sorted({code for module in modules().modules for code in module.questions}))
gap_sets = st.dictionaries(questions, severities, max_size=54).map(
    lambda found: tuple(gap(question, severity) for question, severity in found.items())
)


def covered(chosen: tuple[object, ...]) -> set[str]:
    return {code for module in chosen for code in module.questions}  # type: ignore[attr-defined]


@given(gap_sets, st.sampled_from([modules(), SOME]))
def test_covers_every_gap_that_has_a_module(gaps: tuple[Gap, ...], catalogue: Modules) -> None:
    with_module = {each.question for each in gaps if catalogue.close(each.question)}
    assert with_module <= covered(cover(gaps, catalogue))


@given(gap_sets)
def test_no_module_is_superfluous(gaps: tuple[Gap, ...]) -> None:
    chosen = cover(gaps, modules())
    wanted = {each.question for each in gaps}
    for module in chosen:
        others = covered(tuple(each for each in chosen if each is not module))
        assert wanted & set(module.questions) - others


@given(gap_sets, st.randoms())
def test_order_of_the_gaps_changes_nothing(gaps: tuple[Gap, ...], random: Random) -> None:
    shuffled = list(gaps)
    random.shuffle(shuffled)
    assert cover(gaps, modules()) == cover(shuffled, modules())


def test_one_module_for_two_gaps_rather_than_two() -> None:
    # M04 closes both in 24 hours; M02 has T10 alone, M07 has T06 alone.
    assert [module.code for module in cover((gap("T06"), gap("T10")), modules())] == ["M04"]


def test_the_most_severe_per_hour_comes_first() -> None:
    # 9 in 40 h (M22) against 3 in 16 h (M19): 0.225 > 0.1875.
    chosen = cover((gap("C06", "major"), gap("A01", "critical")), modules())
    assert [module.code for module in chosen] == ["M22", "M19"]


def test_short_modules_come_before_long_ones_that_weigh_more() -> None:
    # 1 in 16 h (M03) against 3 in 120 h (M01): 0.0625 > 0.025.
    chosen = cover((gap("T01", "major"), gap("T04", "minor")), modules())
    assert [module.code for module in chosen] == ["M03", "M01"]


def test_of_equal_modules_the_lower_code() -> None:
    # M02 and M04 both close T10, in 24 hours each.
    assert [module.code for module in cover((gap("T10"),), modules())] == ["M02"]


def test_a_pick_that_later_ones_replace_is_dropped() -> None:
    # M07 (T06, O08) is worth most per hour, then M04 is needed for T05 and M12 for O07: together they cover M07's.
    gaps = (gap("T06"), gap("O08"), gap("O12", "minor"), gap("T05"), gap("O07"), gap("T15", "minor"))
    assert "M07" not in [module.code for module in cover(gaps, modules())]


def test_no_gaps_need_no_modules() -> None:
    assert cover((), modules()) == ()
