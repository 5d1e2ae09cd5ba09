"""request: {to, from, count, path, expect} - send HTTP requests into the cluster, see who answers.

`to` is service/NAME[:PORT], node/NAME:NODEPORT or ADDRESS:PORT; `from` the client's address. In
`expect` the list `answers` has one entry per request: {ok, status, body, pod}; without `expect`
every request must be answered.
"""

from __future__ import annotations

from typing import Any

from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.steps.wait import parse_expression
from tuik8s.world.network import Address, HttpRequest, Refused

FIELDS = ("to", "from", "count", "path", "expect")
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
        self._path = str(fields["path"].raw) if "path" in fields else "/"
        self._expect = parse_expression(fields["expect"]) if "expect" in fields else None
        self.title = f"request {self._to} x{self._count}"

    def run(self, run: Run) -> None:
        to = self._address(run)
        answers = [self._send(run, to, 40_000 + number) for number in range(self._count)]
        if self._expect is not None:
            if not run.holds(self._expect, {"answers": answers}):
                raise Run.Failed(f"request: {self._expect.text} is false; answers: {answers}")
        elif not all(answer["ok"] for answer in answers):
            failed = next(answer for answer in answers if not answer["ok"])
            raise Run.Failed(f"request to {self._to} was not answered: {failed['body']}")

    def _send(self, run: Run, to: Address, port: int) -> dict[str, Any]:
        client, request = Address(self._from, port), HttpRequest("GET", self._path)
        try:
            answer = run.cluster.simulation.connect(client, to, request)
        except Refused as refused:
            return {"ok": False, "status": 0, "body": str(refused), "pod": ""}
        return {
            "ok": answer.status < 400,
            "status": answer.status,
            "body": answer.body.decode(errors="replace"),
            "pod": answer.headers.get("x-pod", ""),
        }

    def _address(self, run: Run) -> Address:
        kind, name, port = self._target
        if kind == "node":
            nodes = run.cluster.config.node_names()
            if name not in nodes:
                raise Run.Failed(f"no node {name!r} to send to; there are: {', '.join(nodes)}")
            return Address(run.cluster.plan.node_address(name), port)
        if kind != "service":
            return Address(name, port)
        service = run.state.get("service", name)
        if service is None:
            raise Run.Failed(f"no service to send to: {self._to}")
        return Address(service["spec"]["clusterIP"], port or service["spec"]["ports"][0]["port"])


def _parse_target(value: Value) -> tuple[str, str, int]:
    """("service", "node" or "", name or address, port; 0 is a Service's first one)."""
    kind, slash, rest = value.raw.strip().rpartition("/")
    name, _, port = rest.partition(":")
    numbered = port.isdecimal() and 0 < int(port) < 65536
    known = kind in ("service", "node") if slash else True
    if not (known and name and (numbered or (kind == "service" and not port))):
        raise value.bad(
            "expected service/NAME[:PORT], node/NAME:PORT or ADDRESS:PORT, got " + repr(value.raw)
        )
    return kind, name, int(port or 0)


def parse(value: Value) -> SendRequests:
    return SendRequests(value)
