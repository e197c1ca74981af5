"""The same name means the same thing in every stage: what each part may do, and that the tests are named after it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = sorted(path.parent for path in (ROOT / "services").glob("*/app.py"))

ONLY_IN = {
    "sqlmodel": {"store"},
    "sqlalchemy": {"store"},
    "fastapi": {"api"},
    "pydantic.BaseModel": {"views", "explain"},
    "shared.service.http.Body": {"views"},
    "shared.service.http.View": {"views"},
    "shared.messaging.routing.on": {"consume"},
    "shared.messaging.routing.at": {"consume"},
    "shared.messaging.routing.over": {"consume"},
    "shared.service.stage.Stage": {"app"},
    "shared.runtime.settings.ServiceSettings": {"settings", "app"},
}
"""What is imported by these parts alone: a table, a route, a form or a routing elsewhere is in the wrong place."""


def _modules(stage: Path) -> Iterator[tuple[str, Path]]:
    """Each module by its dotted name within the stage."""
    for path in sorted(stage.rglob("*.py")):
        parts = path.relative_to(stage).with_suffix("").parts
        if parts[0] not in ("migrations", "__init__"):
            yield ".".join(part for part in parts if part != "__init__"), path


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _misplaced(module: str, source: str) -> list[str]:
    """What a module imports that is another part's."""
    part, *_ = module.split(".", 1)
    return [
        name
        for name in _imported(source)
        for owned, parts in ONLY_IN.items()
        if part not in parts and (name == owned or name.startswith(f"{owned}."))
    ]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_part_does_its_own_work_alone(stage: Path) -> None:
    found = {module: _misplaced(module, path.read_text(encoding="utf-8")) for module, path in _modules(stage)}
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("api.matches", "from sqlmodel import select"),
        ("views.matches", "from fastapi import Query"),
        ("api.matches", "from shared.service.http import Body"),
        ("handlers.facts", "from shared.messaging.routing import on"),
    ],
)
def test_work_of_another_part_is_found(module: str, source: str) -> None:
    assert len(_misplaced(module, source)) == 1
    assert _misplaced("store.tables", "from sqlmodel import select") == []


def _orphans(stage: Path, tests: Path) -> list[str]:
    """Test files that are named after no module: `test_<module>.py`, or `test_<module>_<what of it>.py`."""
    names = {name for module, _ in _modules(stage) for name in _suffixes(module)}
    wanted = {path.name: path.stem.removeprefix("test_") for path in sorted(tests.glob("test_*.py"))}
    return [
        file
        for file, name in wanted.items()
        if name not in names and not any(name.startswith(f"{module}_") for module in names)
    ]


def _suffixes(module: str) -> Iterator[str]:
    parts = module.split(".")
    return ("_".join(parts[start:]) for start in range(len(parts)))


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_tests_are_named_after_what_they_test(stage: Path) -> None:
    assert _orphans(stage, ROOT / "tests" / stage.name) == []


def test_a_test_of_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "test_laws.py").touch()
    (tmp_path / "test_handlers_laws.py").touch()
    assert _orphans(STAGES[0], tmp_path) == ["test_laws.py"]


def test_there_are_stages_to_check() -> None:
    assert len(STAGES) >= 5
