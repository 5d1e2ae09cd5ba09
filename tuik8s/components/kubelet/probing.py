"""Readiness probes of containers that really run: by HTTP, by a connection, by a command.

Source: k8s.io/kubernetes pkg/kubelet/prober (worker.go, prober.go; 1.36).
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable

from tuik8s.api.types import Object


def probe_until(
    probe: Object,
    address: str,
    execute: Callable[[list[str]], bool],
    tell: Callable[[bool], None],
    ended: threading.Event,
) -> None:
    """Probe in the probe's own rhythm, and tell when readiness changes, until the end.

    address: the pod's; execute: runs a command in the container, and whether it ended with 0.
    """
    is_ready, run, last = False, 0, False
    if ended.wait(probe.get("initialDelaySeconds") or 0):
        return
    while True:
        good = _succeeds(probe, address, execute)
        run, last = (run + 1, good) if good == last else (1, good)
        wanted = (probe.get("successThreshold") or 1) if good else probe.get("failureThreshold", 3)
        if good != is_ready and run >= wanted:
            is_ready = good
            tell(is_ready)
        if ended.wait(probe.get("periodSeconds") or 10):
            return


def _succeeds(probe: Object, address: str, execute: Callable[[list[str]], bool]) -> bool:
    limit_s = probe.get("timeoutSeconds") or 1
    if probe.get("exec"):
        return execute(list(probe["exec"].get("command") or ()))
    try:
        if probe.get("tcpSocket"):
            where = (probe["tcpSocket"].get("host") or address, int(probe["tcpSocket"]["port"]))
            socket.create_connection(where, limit_s).close()
            return True
        if probe.get("httpGet"):
            return _gets(probe["httpGet"], address, limit_s)
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True  # gRPC is not spoken here: such a probe counts as passed


def _gets(asked: Object, address: str, limit_s: float) -> bool:
    host, port = asked.get("host") or address, int(asked["port"])
    secure = asked.get("scheme") == "HTTPS"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(host, port, timeout=limit_s)
    try:
        headers = {each["name"]: each["value"] for each in asked.get("httpHeaders") or ()}
        connection.request("GET", asked.get("path") or "/", headers=headers)
        return 200 <= connection.getresponse().status < 400
    finally:
        connection.close()
