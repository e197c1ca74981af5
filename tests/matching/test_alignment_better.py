"""What holds of every pair, on generated extremes: a score has a ceiling, and a firm is never worse off for more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from services.matching.domain.alignment import hit
from services.matching.domain.offering import LADDER, ProcessOffer, Profile, SpecialProcess
from services.matching.domain.requirement import Specification
from services.matching.domain.rules import FULL
from services.matching.domain.waiver import WAIVABLE
from tests.matching.extremes import CODES, profiles, specifications
from tests.matching.given import RULES, TODAY
from tests.walking import EXAMPLES

Better = Callable[[Profile], Profile]


def _firm(name: str, by: int, least: int = 0, most: int = 2_000_000_000) -> Better:
    """The same firm with more of a figure, where it states one."""

    def better(profile: Profile) -> Profile:
        value = getattr(profile, name)
        return profile if value is None else replace(profile, **{name: max(least, min(most, value + by))})

    return better


def _process(name: str, by: int) -> Better:
    def better(profile: Profile) -> Profile:
        return _each(profile, lambda each: _moved(each, name, by))

    return better


def _moved(process: ProcessOffer, name: str, by: int) -> ProcessOffer:
    value = getattr(process, name)
    return process if value is None else replace(process, **{name: max(0, value + by)})


def _each(profile: Profile, better: Callable[[ProcessOffer], ProcessOffer]) -> Profile:
    return replace(profile, processes=tuple(better(each) for each in profile.processes))


def _roomier(process: ProcessOffer) -> ProcessOffer:
    if process.envelope_mm is None:
        return process
    first, second, third = process.envelope_mm
    return replace(process, envelope_mm=(first + 1, second + 1, third + 1))


def _assessed(process: ProcessOffer) -> ProcessOffer:
    shown = tuple(SpecialProcess(code=code, assessed_on=TODAY) for code in CODES)
    return replace(process, special_processes=(*process.special_processes, *shown))


def _more_materials(process: ProcessOffer) -> ProcessOffer:
    return replace(process, materials=(*process.materials, "aluminio")) if process.materials else process


def _certified(profile: Profile) -> Profile:
    rungs = list(LADDER)
    higher = rungs[min(LADDER[profile.qms] + 1, len(rungs) - 1)]
    return replace(profile, qms=higher, qms_valid_to=TODAY + timedelta(days=1))


BETTER: dict[str, Better] = {
    "free capacity": _process("free_capacity", 1),
    "force": _process("force_t", 1),
    "tolerance": _process("tolerance_um", -1),
    "lead time": _process("lead_time_days", -1),
    "room": lambda profile: _each(profile, _roomier),
    "assessments": lambda profile: _each(profile, _assessed),
    "materials": lambda profile: _each(profile, _more_materials),
    "rung": _certified,
    "ppm": _firm("ppm_12m", -1),
    "otif": _firm("otif_bp_12m", 1, most=FULL),
    "regional value": _firm("regional_value_bp", 1, most=FULL),
    "a process more": lambda profile: replace(profile, processes=(*profile.processes, profile.processes[0])),
}


@EXAMPLES
@given(profiles, specifications)
def test_more_of_a_good_attribute_never_lowers_a_result_and_none_exceeds_the_whole(
    profile: Profile, asked: Specification
) -> None:
    before = hit(profile, asked, RULES, TODAY)
    if before is None:
        return
    assert 0 <= before.points <= FULL
    for more, better in BETTER.items():
        after = hit(better(profile), asked, RULES, TODAY)
        assert after is not None, more
        assert before.points <= after.points <= FULL, more


@EXAMPLES
@given(profiles, specifications)
def test_asking_less_strictly_never_bars(profile: Profile, asked: Specification) -> None:
    before = hit(profile, asked, RULES, TODAY)
    for open_ in (replace(asked, wishes=WAIVABLE), replace(asked, waived=WAIVABLE)):
        after = hit(profile, open_, RULES, TODAY)
        assert before is None or after is not None
        assert before is None or after is None or after.points >= before.points
