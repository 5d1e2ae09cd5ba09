"""Replays conversations recorded with a real cluster, in simulated time.

The recorder's tool (`tests/golden/golden.py`) drives; its clock is the simulation's, its server
the pipeline of the simulated API server, and its kubectl a small one that knows only
`get ... -o jsonpath=...`. Steps of other kubectl commands are not compared.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.golden_replay import FOLDER, tool
from tests.sim.cluster import Cluster
from tuik8s.api import jsonpath
from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.authentication.base import Credentials

TOKENS = (
    'admin-token,admin,1001,"system:masters"',
    'alice-token,alice,1002,"dev"',
    'bob-token,bob,1003,"ops"',
)
_BETWEEN_CALLS_MS = 5
"""What the recorder's own requests took at least."""
_PIECE = re.compile(r"\{([^{}]*)\}")


class SimulatedServer:
    """What the recorder's tool takes for a server."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def call(
        self,
        method: str,
        path: str,
        user: str = "admin",
        headers: dict[str, str] | None = None,
        body: object = None,
    ) -> dict[str, Any]:
        split = urlsplit(path)
        pipeline = self._cluster.apiserver.pipeline
        route = pipeline.core.routes.parse(method, split.path)
        query = parse_qs(split.query, keep_blank_values=True)
        sent = dict(headers or {})
        data = b"" if body is None else _encoded(body)
        request = route.request(
            method,
            query,
            body=data,
            content_type=sent.get("Content-Type", "application/json" if data else ""),
            accept=sent.get("Accept", ""),
        )
        found: list[Answer] = []
        pipeline.handle(request, route, Credentials(token=f"{user}-token"), found.append)
        self._cluster.simulation.run_while(lambda: not found, 20_000)
        self._cluster.run_ms(_BETWEEN_CALLS_MS)
        answer = found[0]
        shown: dict[str, Any] = {"status": answer.code, "body": _decoded(answer.body)}
        if answer.warnings:
            shown["warnings"] = [f'299 - "{text}"' for text in answer.warnings]
        return shown

    def kubectl(self, args: list[str]) -> dict[str, Any]:
        """`kubectl get ... -o jsonpath=...`; KeyError for anything else."""
        options, words = _options(args)
        if words[:1] != ["get"] or not options.get("-o", "").startswith("jsonpath="):
            raise KeyError(f"kubectl {' '.join(args)} is not known here")
        items: list[Object] = []
        for name in words[1].split(","):
            items += self._list(name, options)
        if len(words) > 2:
            value = next((o for o in items if o["metadata"]["name"] == words[2]), None)
            if value is None:
                return {"exit": 1, "stdout": "", "stderr": "not found"}
            return _printed(options["-o"], value)
        if "--sort-by" in options:
            path = jsonpath.parse(options["--sort-by"])
            items.sort(key=lambda o: [(str(type(v)), v) for v in path.find(o)])
        return _printed(options["-o"], {"items": items})

    def _list(self, name: str, options: dict[str, str]) -> list[Object]:
        kind = self._kind(name)
        base = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
        if kind.namespaced:
            base += f"/namespaces/{options.get('-n', 'default')}"
        selectors = (("-l", "labelSelector"), ("--field-selector", "fieldSelector"))
        query = "&".join(f"{key}={options[flag]}" for flag, key in selectors if flag in options)
        answer = self.call("GET", f"{base}/{kind.plural}?{query}")
        found = answer["body"].get("items") or []
        return [{"kind": kind.kind, **item} for item in found]

    def _kind(self, name: str) -> Kind:
        for kind in self._cluster.apiserver.kinds.all():
            if name in (kind.plural, kind.singular, *kind.short_names):
                return kind
        raise KeyError(name)


def _encoded(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def _options(args: list[str]) -> tuple[dict[str, str], list[str]]:
    options, words = {}, []
    rest = iter(args)
    for arg in rest:
        if arg.startswith("--") and "=" in arg:
            name, _, value = arg.partition("=")
            options[name] = value
        elif arg.startswith("-"):
            options[arg] = next(rest)
        else:
            words.append(arg)
    return options, words


def _printed(option: str, value: object) -> dict[str, Any]:
    text = "".join(_expand(option.removeprefix("jsonpath="), value))
    return {"exit": 0, "stdout": text, "stderr": ""}


def _expand(template: str, value: object) -> Iterator[str]:
    """Text and braces of a template; `range` to `end` is repeated."""
    at = 0
    while at < len(template):
        piece = _PIECE.search(template, at)
        if piece is None:
            yield template[at:]
            return
        yield template[at : piece.start()]
        at = piece.end()
        inner = piece.group(1)
        if inner.startswith("range "):
            end = _end_of_range(template, at)
            for item in jsonpath.parse(inner.removeprefix("range ").strip()).find(value):
                yield from _expand(template[at:end], item)
            at = end + len("{end}")
        elif inner.startswith('"'):
            yield inner[1:-1].encode().decode("unicode_escape")
        else:
            yield jsonpath.print_results(jsonpath.parse(inner).find(value))


def _end_of_range(template: str, at: int) -> int:
    depth = 1
    for piece in _PIECE.finditer(template, at):
        depth += piece.group(1).startswith("range ")
        depth -= piece.group(1) == "end"
        if depth == 0:
            return piece.start()
    raise ValueError(f"range without end in {template}")


class _Clock:
    """The tool's `time` module."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def sleep(self, seconds: float) -> None:
        self._cluster.run_ms(round(seconds * 1000))

    def time(self) -> float:
        return self._cluster.simulation.now_ms / 1000


def golden_for(cluster: Cluster, server: SimulatedServer) -> types.ModuleType:
    """The recorder's tool, living in the simulation."""
    module = tool()

    def kubectl(_: object, args: list[str], stdin: str, user: str) -> dict[str, Any]:
        try:
            return server.kubectl(args)
        except KeyError:
            return {"unknown": True}

    vars(module).update(time=_Clock(cluster), kubectl=kubectl)
    return module


def replay(cluster: Cluster, area: str, name: str) -> dict[str, list[str]]:
    """Step -> how our answer differs; empty when the whole case is the same."""
    server = SimulatedServer(cluster)
    golden: Any = golden_for(cluster, server)
    case = json.loads((FOLDER / area / f"{name}.json").read_text())
    namespace = golden.namespace(case, "xours")
    want_normal, got_normal = golden.Normal(case["namespace"]), golden.Normal(namespace)
    bad: dict[str, list[str]] = {}
    for index, step, answer in golden.run_case(server, case, namespace):
        if "unknown" in answer:
            continue
        want = golden.comparable(want_normal, step, step["expect"])
        got = golden.comparable(got_normal, step, answer)
        if found := golden.differences(want, got):
            bad[str(step.get("id", index))] = found
    return bad
