"""Every fault of the design, one after the other, on the real pair: nothing lost, nothing doubled, all in order."""

import sys

import pytest

from tests.faults import report
from tests.faults.cases import Case
from tests.faults.conftest import MakePlant
from tests.faults.every_case import CASES
from tests.faults.run import Result, run


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name, marks=() if case.smoke else pytest.mark.long) for case in CASES]
)
async def test_fault(
    case: Case, make_plant: MakePlant, results: list[Result], capsys: pytest.CaptureFixture[str]
) -> None:
    plant = await make_plant(**case.env)
    result = await run(case, plant)
    results.append(result)
    with capsys.disabled():
        sys.stdout.write(f"\n{report.line(result)}")
    assert not result.violations, {worker.name: worker.log.read_text()[-3000:] for worker in plant.workers}
