"""The message codes that source code names, and the catalogues that word them."""

import ast
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]

CODE_AT = {
    "say": 0,
    "tell": 0,
    "Problem": 1,
    "Refused": 1,
    "Refusal": 1,
    "Fault": 1,
    "refused": 0,
    "_refused": 0,
    "said": 0,
    "NotExplainedError": 0,
    "row_fault": 2,
    "wrong": 0,
    "FileRefusedError": 0,
    "CellRefusedError": 0,
}
"""Calls that name a message, and which of their arguments is its code; `message` names another one. Their keywords are
the message's parameters, and so are the keys of a mapping that they are given.
"""


DEPLOY_ERROR = "DeployError"


@dataclass(frozen=True, slots=True)
class Call:
    """One message that the code asks for."""

    at: str
    name: str
    code: str
    parameters: frozenset[str]
    is_open: bool
    """More parameters may come from a mapping."""


@dataclass
class Source:
    """What a part of the code says about codes."""

    calls: list[Call] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    """Codes that are put together: an f-string as an expression with a group for each value."""

    def uses(self, code: str) -> bool:
        """Whether a code is written out, or put together from values that are."""
        if code in self.written:
            return True
        found = (re.fullmatch(pattern, code) for pattern in self.patterns)
        return any(match and self.written.issuperset(match.groups()) for match in found)


def source(files: Iterable[Path]) -> Source:
    """Read the codes out of these files."""
    each = [_source_of(file) for file in files]
    return Source(
        [call for said in each for call in said.calls],
        set().union(*(said.written for said in each)),
        set().union(*(said.patterns for said in each)),
    )


@cache
def _source_of(file: Path) -> Source:
    said = Source()
    read = _read_template if file.suffix == ".html" else _read
    read(file.read_text(encoding="utf-8"), file.name, said)
    return said


def _read(text: str, name: str, said: Source) -> None:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.written.add(node.value)
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            said.patterns.add("".join(_part(part) for part in node.values))
        elif isinstance(node, ast.Call):
            said.calls += _calls(node, name)


def _read_template(text: str, name: str, said: Source) -> None:
    """A page's: `t("code", count=1)`, `t("step." ~ step)`, `t.or_code("event", type)`, `code | reason_of(t)`."""
    parsed = Environment(autoescape=True).parse(text)
    said.written |= {each.value for each in parsed.find_all(nodes.Const) if isinstance(each.value, str)}
    for concat in parsed.find_all(nodes.Concat):
        if isinstance(concat.nodes[0], nodes.Const):
            said.patterns.add("".join(_template_part(part) for part in concat.nodes))
    for each in parsed.find_all(nodes.Filter):
        said.patterns |= {r"reason\.(.+)"} if each.name == "map" else set()
    for call in parsed.find_all(nodes.Call):
        match call.node, call.args:
            case nodes.Name(name="t"), [nodes.Const(value=str(code)), *_]:
                given = frozenset(each.key for each in call.kwargs)
                said.calls.append(Call(f"{name}:{call.lineno}", "t", code, given, is_open=False))
            case nodes.Getattr(attr="or_code"), [nodes.Const(value=group), *_]:
                said.patterns.add(rf"{group}\.(.+)")


def _template_part(part: nodes.Expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, nodes.Const) else "(.+)"


def told(files: Iterable[Path]) -> list[Call]:
    """Messages of what the lower wings of `deploy` tell: notices, and errors, whose messages begin with `error.`."""
    trees = [(file, ast.parse(file.read_text(encoding="utf-8"))) for file in files]
    nodes = [(file.name, node) for file, tree in trees for node in ast.walk(tree)]
    errors = {node.name for _, node in nodes if isinstance(node, ast.ClassDef) and _is_error(node)} | {DEPLOY_ERROR}
    calls = [(name, node, ast.unparse(node.func)) for name, node in nodes if isinstance(node, ast.Call) and node.args]
    return [
        replace(call, code=f"error.{call.code}" if function in errors else call.code)
        for name, node, function in calls
        if function == "Notice.of" or function in errors
        for call in _named(node, node.args[0], function, name)
    ]


def _is_error(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == DEPLOY_ERROR for base in node.bases)


def _part(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"


def _calls(node: ast.Call, file: str) -> Iterator[Call]:
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name not in CODE_AT or len(node.args) <= CODE_AT[name]:
        return
    yield from _named(node, node.args[CODE_AT[name]], name, file)


def _named(node: ast.Call, argument: ast.expr, name: str, file: str) -> Iterator[Call]:
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    mappings = [value for name, value in keywords.items() if name in (None, "params")]
    mappings += [each for each in node.args[1:] if isinstance(each, ast.Dict)]
    given = {name for name in keywords if name not in (None, "params")}
    given |= {
        str(key.value)
        for each in mappings
        if isinstance(each, ast.Dict)
        for key in each.keys
        if isinstance(key, ast.Constant)
    }
    is_open = not all(isinstance(each, ast.Dict) for each in mappings)
    message = argument if name in ("say", "tell") else keywords.get("message", argument)
    for code in _constants(message):
        yield Call(f"{file}:{node.lineno}", name, code, frozenset(given), is_open)


def _constants(argument: ast.expr) -> Iterator[str]:
    """The codes that an argument may be: a text, or either side of a choice."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _constants(argument.body)
        yield from _constants(argument.orelse)


def parameters(message: str) -> set[str]:
    """The names that a message wants. Raises ValueError on broken braces."""
    return {
        name.partition(".")[0].partition("[")[0]
        for _, name, _, _ in string.Formatter().parse(message)
        if name is not None
    }


@cache
def owners() -> list[str]:
    """Every package that has catalogues."""
    found = {
        file.parents[1] for root in ("deploy", "services", "shared") for file in (ROOT / root).rglob("locale/*.po")
    }
    return sorted(".".join(folder.relative_to(ROOT).parts) for folder in found)


def scope(owner: str) -> list[Path]:
    """The files that may ask for a message of this package: its own, and those of who shares it."""
    top, name = owner.split(".")[:2]
    folders = {
        "deploy": [f"deploy/{name}"] if name == "demo" else ["deploy"],
        "services": [f"services/{name}", "shared"],
        "shared": ["shared", "services", "deploy"],
    }[top]
    return sources(*folders)


def sources(*folders: str) -> list[Path]:
    """Code, and the templates of pages, in these folders."""
    found = [file for folder in folders for kind in ("*.py", "*.html") for file in (ROOT / folder).rglob(kind)]
    return sorted(found)


def words(owner: str) -> tuple[str, ...]:
    """The packages whose catalogues word what this package asks for, the nearest first."""
    top = owner.split(".", maxsplit=1)[0]
    known = ["shared.i18n"] if top == "deploy" else [each for each in owners() if each.startswith("shared.")]
    return (owner, *(each for each in known if each != owner))
