"""The house rules as tests: sizes, names, banned calls, families; a failure is `path:line: what`.

Source: the limits of the style guide that this project began with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tuik8s"

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_LENGTH_MAX = 100
BORROWED = {"golden.py"}
"""The replay tool comes with the recordings and is kept as it came."""

BANNED_NAMES = re.compile(r"(Manager|Helper|Util|Utils|Common|Misc|Impl)$")

RIM = (
    "world/live", "world/virtual", "bus/zeromq",
    "components/apiserver/http", "components/apiserver/live",
    "components/supervisor", "scenario/served", "cli/",
    "components/kubelet/runtimes/docker", "components/kubelet/probing",
)  # fmt: skip
"""Where sockets, clocks, files and processes may be touched."""

RIM_MODULES = {
    "asyncio", "time", "os", "socket", "zmq", "uuid", "secrets", "threading", "subprocess",
    "tempfile", "random", "selectors", "signal", "uvloop", "uvicorn",
}  # fmt: skip
MODULE_EXCEPTIONS = {"world/rng.py": {"random", "os", "secrets"}}

FAMILIES = sorted(path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("registry.py"))
"""The folders with a registry."""

BUILT_ON_A_SIBLING = {
    "api/kinds": {("ingress_class", "ingress"), ("persistent_volume", "persistent_volume_claim")},
    "components/apiserver/handlers": {("patch", "update")},
    "scenario/steps": {("assertions", "wait"), ("request", "wait")},
}
"""Members that may know another one: what they share is told best by that one."""


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def report(found: list[str]) -> None:
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_files_and_lines_are_short() -> None:
    found = []
    tests = [p for p in sorted((ROOT / "tests").rglob("*.py")) if p.name not in BORROWED]
    for path in (*modules(), *tests):
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(ROOT)
        if len(lines) > FILE_LINES_MAX:
            found.append(f"{name}:1: {len(lines)} lines, more than {FILE_LINES_MAX}: split by noun")
        found += [
            f"{name}:{number}: line of {len(line)} characters"
            for number, line in enumerate(lines, 1)
            if len(line) > LINE_LENGTH_MAX
        ]
    report(found)


def test_functions_fit_in_view() -> None:
    found = []
    for path in modules():
        lengths = [(n, (n.end_lineno or n.lineno) - n.lineno + 1) for n in functions(path)]
        found += [
            f"{relative(path)}:{node.lineno}: {node.name} has {length} lines"
            for node, length in lengths
            if length > FUNCTION_LINES_MAX
        ]
    report(found)


def test_every_module_says_what_it_is() -> None:
    report(
        [
            f"{relative(path)}:1: no docstring"
            for path in modules()
            if path.read_text(encoding="utf-8").strip() and ast.get_docstring(tree_of(path)) is None
        ]
    )


def test_names_say_something() -> None:
    found = []
    for path in modules():
        found += [
            f"{relative(path)}:{node.lineno}: class {node.name}: name its noun"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ClassDef) and BANNED_NAMES.search(node.name)
        ]
        if BANNED_NAMES.search(path.stem.title()):
            found.append(f"{relative(path)}:1: module name says nothing")
    report(found)


def test_only_the_rim_touches_the_machine() -> None:
    found = []
    for path in modules():
        name = relative(path)
        if name.startswith(RIM):
            continue
        allowed = MODULE_EXCEPTIONS.get(name, set())
        for node in ast.walk(tree_of(path)):
            found += [
                f"{name}:{getattr(node, 'lineno', 0)}: imports {imported}"
                for imported in _imported(node)
                if imported in RIM_MODULES - allowed
            ]
    report(found)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.split(".")[0]]
    return []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    report(
        [
            f"{relative(path)}:{number}: {line.strip()}"
            for path in modules()
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if words.search(line)
        ]
    )


def test_asserts_say_one_thing() -> None:
    report(
        [
            f"{relative(path)}:{node.lineno}: assert a and b: split it"
            for path in modules()
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Assert)
            and isinstance(node.test, ast.BoolOp)
            and isinstance(node.test.op, ast.And)
        ]
    )


def test_every_part_of_the_rim_is_there() -> None:
    names = [relative(path) for path in modules()]
    assert not [part for part in RIM if not any(name.startswith(part) for name in names)]


@pytest.mark.parametrize("family", [family.as_posix() for family in FAMILIES])
def test_members_do_not_know_each_other(family: str) -> None:
    folder = PACKAGE / family
    listed = (folder / "registry.py").read_text(encoding="utf-8")
    members = {
        path.stem for path in folder.glob("*.py") if re.search(rf"\b{path.stem}\b", listed)
    } - {"__init__", "base", "registry"}
    package = "tuik8s." + family.replace("/", ".")
    allowed = BUILT_ON_A_SIBLING.get(family, set())
    found = []
    for stem in sorted(members):
        for node in ast.walk(tree_of(folder / f"{stem}.py")):
            if isinstance(node, ast.ImportFrom) and node.module:
                other = node.module.removeprefix(package + ".").split(".")[0]
                sibling = node.module.startswith(package + ".") and other in members - {stem}
                if sibling and (stem, other) not in allowed:
                    found.append(f"{family}/{stem}.py:{node.lineno}: imports its sibling {other}")
    assert members, f"{family} lists nobody"
    report(found)
