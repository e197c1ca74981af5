"""The program's effect as operators see it: shares in basis points and costs in MXN per level gained, both to the next
hundred so that a difference says little of one firm; days as medians.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from services.development.domain.impact import (
    METRICS,
    SPLITS,
    Case,
    Figure,
    ImpactRules,
    Metric,
    Split,
    cohort_group,
    days_to_close,
    figures,
    share_after,
    share_before,
    share_later,
)
from services.development.domain.module import Modules
from services.development.domain.telling import WHOLE, Group
from services.development.handlers import published
from shared.contracts.event import Money
from shared.service.http import View

DIMENSIONS = ("TEC", "OPE", "COM", "FIN", "GES", "ASG", "overall")
NONE = Figure(None, None)


class ShareView(View):
    """One share at each point; null: too few firms, or nobody knows."""

    t0: int | None
    t1: int | None
    t2: int | None


class DimensionView(View):
    dimension: str
    before: int | None
    """At T0, of firms whose T1 is known too."""
    after: int | None
    firms: int | None
    """So many: those of `before` and `after`."""
    later: int | None
    firms_later: int | None


class GroupView(View):
    group: str
    """`yes`, `no`, `unknown`, or the code of a state or a stratum."""
    firms: int | None
    before: int | None
    after: int | None
    later: int | None
    levels: str | None
    """Levels gained by a firm on the questions of its plan, on average, net."""
    cost_from: Money | None
    """Per level gained, of what was done."""
    cost_to: Money | None
    retained: ShareView
    """Firms that did not leave: at T0 all are there."""
    awarded: ShareView
    exports: ShareView


class SplitView(View):
    by: Split
    groups: tuple[GroupView, ...]


class ModuleEffectView(View):
    module: str
    name: str
    days: int
    """The median, from the agreement until all gaps that it was for were closed."""
    firms: int


class EffectView(View):
    """Of one cohort no splits and no modules: what is left of all others would be somebody."""

    cohort_id: UUID | None
    rules: str
    least_firms: int
    """No figure is told behind which fewer stand, nor two groups that differ by fewer."""
    later_days: int
    """After the end of its plan a firm counts for T2."""
    whole: GroupView
    dimensions: tuple[DimensionView, ...]
    splits: tuple[SplitView, ...]
    modules: tuple[ModuleEffectView, ...]

    @classmethod
    def of_cases(
        cls, cases: Sequence[Case], cohort_id: UUID | None, rules: ImpactRules, modules: Modules
    ) -> "EffectView":
        found = figures(cases, COUNTED, rules)
        alone = cohort_id is not None
        group = WHOLE if cohort_id is None else cohort_group(cohort_id)
        return cls(
            cohort_id=cohort_id,
            rules=rules.version,
            least_firms=rules.least_firms,
            later_days=rules.later_days,
            whole=_group("all", _of(group, found)),
            dimensions=tuple(_dimension(name, _of(group, found)) for name in DIMENSIONS),
            splits=() if alone else tuple(_split(by, found) for by in SPLITS),
            modules=() if alone else _modules(cases, rules, modules),
        )


COUNTED: Final[Mapping[str, Metric]] = {
    **METRICS,
    "firms": lambda _: (Decimal(1), Decimal(1)),
    **{f"before {name}": share_before(name) for name in DIMENSIONS},
    **{f"after {name}": share_after(name) for name in DIMENSIONS},
    **{f"later {name}": share_later(name) for name in DIMENSIONS},
}
Found = Mapping[str, Mapping[Group, Figure]]


def _of(group: Group, found: Found) -> dict[str, Figure]:
    return {name: of.get(group, NONE) for name, of in found.items()}


def _dimension(name: str, found: Mapping[str, Figure]) -> DimensionView:
    before, after, later = (found[f"{point} {name}"] for point in ("before", "after", "later"))
    return DimensionView(
        dimension=name,
        before=_whole(before),
        after=_whole(after),
        firms=before.firms,
        later=_whole(later),
        firms_later=later.firms,
    )


def _split(by: Split, found: Found) -> SplitView:
    groups = sorted(group for group in found["firms"] if group[0] == by)
    return SplitView(by=by, groups=tuple(_group(group[1], _of(group, found)) for group in groups))


def _group(group: str, found: Mapping[str, Figure]) -> GroupView:
    def points(which: str) -> ShareView:
        t0, t1, t2 = (_whole(found.get(f"{which}_{point}", NONE)) for point in ("T0", "T1", "T2"))
        return ShareView(t0=t0, t1=t1, t2=t2)

    firms, levels = found["firms"], found["levels"].value
    retained = points("retained").model_copy(update={"t0": None if firms.firms is None else 10_000})
    return GroupView(
        group=group,
        firms=firms.firms,
        before=_whole(found["before"]),
        after=_whole(found["after"]),
        later=_whole(found["later"]),
        levels=None if levels is None else str(levels.quantize(Decimal("0.1"), ROUND_HALF_UP)),
        cost_from=_money(found["cost_from"]),
        cost_to=_money(found["cost_to"]),
        retained=retained,
        awarded=points("awarded"),
        exports=points("exports"),
    )


def _modules(cases: Sequence[Case], rules: ImpactRules, modules: Modules) -> tuple[ModuleEffectView, ...]:
    names = {module.code: module.name for module in modules.modules}
    return tuple(
        ModuleEffectView(module=module, name=names.get(module, ""), days=days, firms=firms)
        for module, (days, firms) in days_to_close(cases, rules).items()
    )


def _whole(figure: Figure) -> int | None:
    return None if figure.value is None else int(_hundreds(figure.value))


def _money(figure: Figure) -> Money | None:
    return None if figure.value is None else published.money(_hundreds(figure.value))


def _hundreds(value: Decimal) -> Decimal:
    return (value / 100).quantize(Decimal(1), ROUND_HALF_UP) * 100
