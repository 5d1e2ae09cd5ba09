"""The kubelet's own API, as the API server asks it: logs of containers, commands in them, usage.

    GET /containerLogs/NAMESPACE/POD/CONTAINER?tailLines=&sinceSeconds=&timestamps=&previous=&from=
    GET /logs/kubelet.log?...    GET /logs/?query=kube-proxy     (`world.log_pages`)
    GET /stats/summary                                                       (`summary`)
    GET /pods    GET /healthz
    POST /exec/NAMESPACE/POD/CONTAINER?command=...    POST /execSession/ID    (`api.remote_command`)
    POST /attach/NAMESPACE/POD/CONTAINER
    GET /portForward/NAMESPACE/POD?port=                                      (`api.remote_port`)

Logs are text. `x-next` in the answer is the number of the line after the last one: `from=` asks
for what came since, which is how `follow` works; `x-ended` says that no more will come.

It listens on the virtual address `kubelet.NODE:10250`, which no socket of the machine's network
carries: live, a Unix socket in the cluster's runtime directory, which only its owner enters.

Source: k8s.io/kubernetes pkg/kubelet/server (path and parameters).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from tuik8s.api.numbers import parse_int
from tuik8s.api.remote_command import packed
from tuik8s.api.remote_port import Reached, unreachable
from tuik8s.api.types import Object
from tuik8s.components.kubelet.exec_sessions import ExecSessions
from tuik8s.components.kubelet.node_pods import NodePods
from tuik8s.components.kubelet.pod_servers import PodServers
from tuik8s.components.kubelet.runtimes.base import Log, Runtime
from tuik8s.components.kubelet.summary import summary
from tuik8s.world.base import World
from tuik8s.world.log_files import LOGS
from tuik8s.world.log_pages import log_page, stamp
from tuik8s.world.network import Address, Answering, HttpAnswer, HttpRequest, Network

PORT = 10250
encode_json = msgspec.json.encode


def virtual_host(node: str) -> str:
    return f"kubelet.{node}"


class KubeletServer:
    """Answers for all nodes of one process."""

    def __init__(
        self,
        world: World,
        by_node: Mapping[str, NodePods],
        runtime: Runtime,
        servers: PodServers,
    ) -> None:
        self._world = world
        self._servers = servers
        self._by_node = by_node
        self._runtime = runtime
        self._sessions = ExecSessions(world, runtime)

    def listen(self, network: Network) -> None:
        for node in self._by_node:
            network.listen(Address(virtual_host(node), PORT), Answering(self._handler(node)))

    def _handler(self, node: str) -> Callable[[HttpRequest], HttpAnswer]:
        def answer(request: HttpRequest) -> HttpAnswer:
            return self.answer(node, request)

        return answer

    def answer(self, node: str, request: HttpRequest) -> HttpAnswer:
        url = urlsplit(request.path)
        parts = url.path.strip("/").split("/")
        if request.method == "POST" and parts[0] in ("exec", "attach", "execSession"):
            return self._sessions.answer(self._by_node[node], parts, url.query, request.body)
        query = _single(url.query)
        if request.method == "GET" and parts[0] == "logs":
            return self._component_logs("/".join(parts[1:]), query)
        if request.method == "GET" and len(parts) == 3 and parts[0] == "portForward":
            return self._port(node, unquote(parts[1]), unquote(parts[2]), query.get("port", ""))
        if request.method == "GET" and parts == ["stats", "summary"]:
            return _json(summary(node, self._by_node[node], self._runtime, self._world.now_ms()))
        if request.method == "GET" and parts == ["pods"]:
            pods = [life.pod for life in self._by_node[node].lives()]
            return _json({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods})
        if request.method == "GET" and parts == ["healthz"]:
            return HttpAnswer(200, b"ok", {"content-type": "text/plain; charset=utf-8"})
        if request.method != "GET" or len(parts) != 4 or parts[0] != "containerLogs":
            return HttpAnswer(404, b"404 page not found\n")
        return self._logs(node, parts[1], parts[2], parts[3], query)

    def _component_logs(self, asked: str, query: Mapping[str, str]) -> HttpAnswer:
        """What the kubelet's own process and the proxy beside it wrote."""
        party = self._world.party
        of = {"kubelet.log": party, "kube-proxy.log": party.replace("kubelet", "kube-proxy", 1)}
        disk, now_ms = self._world.disk(LOGS), self._world.now_ms()
        page = log_page(disk, of, asked, query, now_ms)
        return HttpAnswer(page.code, page.body.encode(), {"content-type": page.media})

    def _port(self, node: str, namespace: str, pod: str, text: str) -> HttpAnswer:
        life, port = self._by_node[node].life(namespace, pod), parse_int(text) or 0
        if life is None:
            return HttpAnswer(404, b"pod does not exist")
        found = self._servers.reached(life, port)
        if found is None:
            return HttpAnswer(500, unreachable(port, life.uid, "connection refused").encode())
        address, is_outside = found
        return HttpAnswer(200, packed(Reached(life.uid, *address, is_outside)))

    def _logs(
        self, node: str, namespace: str, pod: str, name: str, query: dict[str, str]
    ) -> HttpAnswer:
        life = self._by_node[node].life(namespace, pod)
        if life is None:
            return HttpAnswer(404, f'pod "{pod}" does not run on this node'.encode())
        container = next((c for c in life.containers if c.name == name), None)
        if container is None:
            return HttpAnswer(400, f"container {name} is not valid for pod {pod}".encode())
        now_ms = self._world.now_ms()
        is_previous = query.get("previous") == "true"
        id_, last = (
            container.id,
            (container.last or {}).get("terminated", {}).get("containerID", ""),
        )
        if is_previous and not last:
            message = f'previous terminated container "{name}" in pod "{pod}" not found'
            return HttpAnswer(400, message.encode())
        is_waiting = container.started_at_ms < 0
        if is_previous or (is_waiting and last):  # between two tries: what the last one wrote
            id_ = last
        elif is_waiting:
            message = f'container "{name}" in pod "{pod}" is waiting to start: {container.waiting}'
            return HttpAnswer(400, message.encode())
        log = self._runtime.logs(id_, now_ms)
        ended = "true" if container.is_terminated or id_ == last else "false"
        headers = {"content-type": "text/plain", "x-next": str(log.total), "x-ended": ended}
        return HttpAnswer(200, render(log, query, now_ms), headers)


def _json(value: Object) -> HttpAnswer:
    return HttpAnswer(200, encode_json(value), {"content-type": "application/json"})


def _single(query: str) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(query).items()}


def render(log: Log, query: dict[str, str], now_ms: int) -> bytes:
    """The lines that a log request asks for, as text."""
    first = log.total - len(log.lines)
    chosen = list(log.lines[max(0, int(query.get("from", "0")) - first) :])
    if "sinceSeconds" in query:
        oldest_ms = now_ms - int(query["sinceSeconds"]) * 1000
        chosen = [line for line in chosen if line.at_ms >= oldest_ms]
    if "sinceTimeMs" in query:
        chosen = [line for line in chosen if line.at_ms >= int(query["sinceTimeMs"])]
    if "tailLines" in query:
        count = int(query["tailLines"])
        chosen = chosen[-count:] if count else []
    stamped = query.get("timestamps") == "true"
    text = "".join(
        f"{stamp(line.at_ms)} {line.text}\n" if stamped else f"{line.text}\n" for line in chosen
    ).encode()
    limit = query.get("limitBytes")
    return text[: int(limit)] if limit else text
