"""A call as an integer program: one column a firm, one a group whose coverage counts."""

from collections.abc import Sequence
from math import floor
from typing import NamedTuple

import highspy
import numpy as np
from highspy._core import _Highs  # the class without callbacks: enabling them prints a banner on the standard output

from services.development.domain.call import Call, Contender, Group, members

INF = highspy.kHighsInf
NOTHING = np.array([], dtype=np.int32)


class Solved(NamedTuple):
    """What one solve found. `bound`: no set of firms is worth more, in the solve's own objective."""

    chosen: list[Contender] | None
    """None: no set of firms was found."""
    bound: float
    proven: bool
    """That it is the best, or that there is none."""


class Model:
    """One model, solved for one objective after the other. One thread and one seed: the same answer each time."""

    def __init__(self, call: Call, contenders: Sequence[Contender], seconds: float) -> None:
        self._firms, self._call = contenders, call
        self._of = members(contenders)
        self._place = {each.id: place for place, each in enumerate(contenders)}
        self._covered = sorted(group for group in self._of if group.kind != "state")
        self._solver = _quiet(seconds)
        self._columns()
        self._rows()

    def maximise_coverage(self) -> Solved:
        return self._solve([0] * len(self._firms), 1)

    def hold_coverage(self, at_least: int) -> None:
        covered = range(len(self._firms), len(self._firms) + len(self._covered))
        self._row(list(covered), [1.0] * len(self._covered), at_least, INF)

    def maximise(self, weights: Sequence[float]) -> Solved:
        """The sum of a weight for each firm."""
        return self._solve(weights, 0)

    def _columns(self) -> None:
        count = len(self._firms)
        least = [float(each.put_in) for each in self._firms]
        most = [1.0] * count + [float(min(self._call.keep, len(self._of[group]))) for group in self._covered]
        for low, high in zip([*least, *([0.0] * len(self._covered))], most, strict=True):
            self._solver.addCol(0.0, low, high, 0, NOTHING, np.array([], dtype=np.float64))
        places = np.arange(count, dtype=np.int32)
        kinds = np.full(count, highspy.HighsVarType.kInteger, dtype=object)
        self._solver.changeColsIntegrality(count, places, kinds)

    def _rows(self) -> None:
        everyone = list(range(len(self._firms)))
        self._row(everyone, [1.0] * len(everyone), -INF, self._call.capacity)
        if self._call.budget is not None:
            costs = [float(each.cost) for each in self._firms]
            self._row(everyone, costs, -INF, float(self._call.budget))
        for column, group in enumerate(self._covered, len(self._firms)):
            of = self._columns_of(group)
            self._row([*of, column], [*([1.0] * len(of)), -1.0], 0, INF)
        for group, least in sorted(self._call.minimums.items()):
            of = self._columns_of(group)
            self._row(of, [1.0] * len(of), least, INF)

    def _columns_of(self, group: Group) -> list[int]:
        return [self._place[each.id] for each in self._of.get(group, ())]

    def _row(self, columns: Sequence[int], weights: Sequence[float], least: float, most: float) -> None:
        self._solver.addRow(
            least, most, len(columns), np.array(columns, dtype=np.int32), np.array(weights, dtype=np.float64)
        )

    def _solve(self, weights: Sequence[float], covered: float) -> Solved:
        costs = np.array([*weights, *([covered] * len(self._covered))], dtype=np.float64)
        count = len(costs)
        self._solver.changeColsCost(count, np.arange(count, dtype=np.int32), costs)
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Solved(None, -INF, proven=True)
        info = self._solver.getInfo()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = self._solver.getSolution().col_value
        chosen = [each for each, value in zip(self._firms, values, strict=False) if value > 0.5] if found else None
        return Solved(chosen, info.mip_dual_bound, status == highspy.HighsModelStatus.kOptimal)


def whole(bound: float) -> int:
    """The bound of a sum of whole numbers, as one."""
    return floor(bound + 1e-6)


def _quiet(seconds: float) -> _Highs:
    solver = _Highs()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5),
        ("time_limit", float(seconds)),
    ):
        solver.setOptionValue(name, value)
    return solver
