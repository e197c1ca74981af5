"""The catalogue of modules, as everybody sees it. Costs are MXN."""

from services.development.domain.module import Module, ModuleKind, Modules
from services.development.handlers import published
from shared.contracts.event import Money
from shared.service.http import View


class ModuleView(View):
    code: str
    name: str
    kind: ModuleKind
    hours: int
    deliverable: str
    cost_from: Money
    cost_to: Money
    questions: tuple[str, ...]
    requires: tuple[str, ...]
    """Modules that come before it, where a plan has them."""
    places: int
    """Firms that are trained together."""
    session_hours: int

    @classmethod
    def of_module(cls, module: Module) -> "ModuleView":
        return cls(
            code=module.code,
            name=module.name,
            kind=module.kind,
            hours=module.hours,
            deliverable=module.deliverable,
            cost_from=published.money(module.cost_from),
            cost_to=published.money(module.cost_to),
            questions=module.questions,
            requires=module.requires,
            places=module.places,
            session_hours=module.session_hours,
        )


class ModulesView(View):
    version: str
    modules: tuple[ModuleView, ...]

    @classmethod
    def of_modules(cls, modules: Modules) -> "ModulesView":
        return cls(version=modules.version, modules=tuple(ModuleView.of_module(module) for module in modules.modules))
