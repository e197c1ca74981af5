"""A rule of the house: the cases of a test are the same in every process that collects it."""

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from shared.testing.source import Found, Source

DRAWN: Final = frozenset(
    ("uuid1", "uuid4", "uuid7", "new_id", "now", "utcnow", "today", "monotonic", "perf_counter", "time_ns")
)
"""Calls whose value is another one in each process."""
DRAWING: Final = frozenset(("random", "secrets", "os", "tempfile"))
"""Modules of which every call is, but for a generator with a seed."""
IN_ORDER: Final = frozenset(("list", "tuple", "enumerate", "reversed", "zip", "chain", "product"))
"""What these give is in the order of what they are given."""

Names = Mapping[str, ast.expr]


def cases_are_of_each_run(source: Source) -> Found:
    """Each process of a run collects the tests by itself, and they have to find the same ones in the same order."""
    tree = source.tree
    names = {name: value for node in tree.body for name, value in _assigned(node)}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        for cases in _cases(call):
            if any(_drawn(node) for node in _reached(cases, names, frozenset())):
                yield call.lineno, "a case is another one in each process: write it out"
            elif _is_unordered(cases, names):
                yield call.lineno, "cases out of a set are in another order in each process: sorted()"


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value


def _cases(call: ast.Call) -> Iterator[ast.expr]:
    called = _called(call)
    if called == "parametrize":
        yield from call.args[1:2]
    wanted = {"parametrize": "argvalues", "fixture": "params"}.get(called)
    yield from (keyword.value for keyword in call.keywords if keyword.arg == wanted and wanted is not None)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _reached(node: ast.AST, names: Names, seen: frozenset[str]) -> Iterator[ast.AST]:
    """All of an expression, and of what the file's own names in it stand for; a function is called by the test."""
    if isinstance(node, ast.Lambda):
        return
    yield node
    if isinstance(node, ast.Name) and node.id in names and node.id not in seen:
        yield from _reached(names[node.id], names, seen | {node.id})
    for inner in ast.iter_child_nodes(node):
        yield from _reached(inner, names, seen)


def _drawn(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    owner = getattr(getattr(node.func, "value", None), "id", "")
    return _called(node) in DRAWN or (owner in DRAWING and _called(node) != "Random")


def _is_unordered(node: ast.expr, names: Names, seen: frozenset[str] = frozenset()) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in names and name not in seen and _is_unordered(names[name], names, seen | {name})
        case ast.Starred(value=value):
            return _is_unordered(value, names, seen)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return any(_is_unordered(each, names, seen) for each in items if isinstance(each, ast.Starred))
        case ast.ListComp(generators=loops) | ast.GeneratorExp(generators=loops) | ast.DictComp(generators=loops):
            return any(_is_unordered(loop.iter, names, seen) for loop in loops)
        case ast.BinOp(left=left, op=op, right=right):
            of_keys = not isinstance(op, ast.Add) and any(_is_view(side) for side in (left, right))
            return of_keys or _is_unordered(left, names, seen) or _is_unordered(right, names, seen)
        case ast.Call(args=args):
            called = _called(node)
            return called in ("set", "frozenset") or (
                called in IN_ORDER and any(_is_unordered(each, names, seen) for each in args)
            )
    return False


def _is_view(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _called(node) in ("keys", "items")
