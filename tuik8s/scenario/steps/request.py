"""request: {to, from, count, path, every, expect} - send HTTP requests into the cluster.

`to` is service/[NAMESPACE/]NAME[:PORT], node/NAME:NODEPORT or ADDRESS:PORT; `from` the client's
address. They are sent at once or, with `every: DURATION`, in turn while time passes. In `expect`
the list `answers` has one entry per request: {ok, status, body, pod, at, took}, `at` in seconds
from the first, `took` in seconds as its pod and the way there delay it; without `expect` every
request must be answered.
"""

from __future__ import annotations

from typing import Any

from tuik8s.scenario.assertion import parse_expression
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run
from tuik8s.world.network import Address, HttpRequest, Refused

FIELDS = ("to", "from", "count", "path", "every", "expect")
CLIENT = "127.0.0.1"


class SendRequests:
    """Sends requests one after the other."""

    def __init__(self, value: Value) -> None:
        fields = value.fields("request", FIELDS)
        if "to" not in fields:
            raise value.bad("request needs to, such as service/web")
        self._to = fields["to"].text("service/NAME, node/NAME:PORT or ADDRESS:PORT")
        self._target = _parse_target(fields["to"])
        self._from = str(fields["from"].raw) if "from" in fields else CLIENT
        self._count = fields["count"].number("a number of requests", 1) if "count" in fields else 1
        every = fields.get("every")
        self._every_ms = every.duration_ms("a time between requests") if every else 0
        self._path = str(fields["path"].raw) if "path" in fields else "/"
        self._expect = parse_expression(fields["expect"]) if "expect" in fields else None
        self.title = f"request {self._to} x{self._count}"

    def run(self, run: Run) -> None:
        answers, begin_ms = [], run.now_ms
        for number in range(self._count):
            if number and self._every_ms:
                run.advance(self._every_ms)
            answer = self._send(run, self._address(run), 40_000 + number % 20_000)
            answers.append({**answer, "at": (run.now_ms - begin_ms) / 1000})
        if self._expect is not None:
            if not run.holds(self._expect, {"answers": answers}):
                raise Failed(f"request: {self._expect.text} is false; answers: {_shown(answers)}")
        elif not all(answer["ok"] for answer in answers):
            failed = [answer for answer in answers if not answer["ok"]]
            raise Failed(
                f"request to {self._to} was not answered ({len(failed)} of {len(answers)}, first "
                f"after {failed[0]['at']:g}s): {failed[0]['body']}",
                run.asked(),
            )

    def _send(self, run: Run, to: Address, port: int) -> dict[str, Any]:
        client, request = Address(self._from, port), HttpRequest("GET", self._path)
        try:
            answer = run.cluster.simulation.connect(client, to, request)
        except Refused as refused:
            return {"ok": False, "status": 0, "body": str(refused), "pod": "", "took": 0.0}
        return {
            "ok": answer.status < 400,
            "status": answer.status,
            "body": answer.body.decode(errors="replace"),
            "pod": answer.headers.get("x-pod", ""),
            "took": answer.delay_ms / 1000,
        }

    def _address(self, run: Run) -> Address:
        kind, name, port = self._target
        if kind == "node":
            nodes = run.cluster.config.node_names()
            if name not in nodes:
                raise Failed(f"no node {name!r} to send to; there are: {', '.join(nodes)}")
            return Address(run.cluster.plan.node_address(name), port)
        if kind != "service":
            return Address(name, port)
        namespace, _, own = name.rpartition("/")
        run.state.asked = {}
        service = run.state.get("service", own, namespace or "default")
        if service is None:
            raise Failed(f"no service to send to: {self._to}", run.asked())
        run.state.list_("endpointslices", f"kubernetes.io/service-name={own}", namespace)
        return Address(service["spec"]["clusterIP"], port or service["spec"]["ports"][0]["port"])


def _shown(answers: list[dict[str, Any]]) -> str:
    """Who answered how often, for people."""
    counts: dict[str, int] = {}
    for answer in answers:
        who = answer["pod"] or answer["body"].strip() or "nobody"
        told = f"{answer['status'] or 'refused'} from {who}"
        counts[told] = counts.get(told, 0) + 1
    return ", ".join(f"{count} x {told}" for told, count in counts.items())


def _parse_target(value: Value) -> tuple[str, str, int]:
    """("service", "node" or "", name or address, port; 0 is a Service's first one)."""
    text = value.raw.strip()
    kind, slash, rest = text.partition("/")
    if not slash:
        kind, rest = "", text
    name, _, port = rest.partition(":")
    numbered = port.isdecimal() and 0 < int(port) < 65536
    known = kind in ("service", "node") if slash else True
    deep = name.count("/") > (kind == "service") or name.startswith("/") or name.endswith("/")
    if deep or not (known and name and (numbered or (kind == "service" and not port))):
        raise value.bad(
            "expected service/NAME[:PORT], node/NAME:PORT or ADDRESS:PORT, got " + repr(value.raw)
        )
    return kind, name, int(port or 0)


def parse(value: Value) -> SendRequests:
    return SendRequests(value)
