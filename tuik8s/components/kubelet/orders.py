"""The order to start a container, from its spec and its pod."""

from __future__ import annotations

from sys import intern

from tuik8s.api import quantity
from tuik8s.api.types import Object
from tuik8s.components.kubelet.behaviour import ANNOTATION
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.environment import expand
from tuik8s.components.kubelet.images.base import short_name
from tuik8s.components.kubelet.images.busybox import program as shell_program
from tuik8s.components.kubelet.images.registry import PORTS
from tuik8s.components.kubelet.pod_faults import PodFaults
from tuik8s.components.kubelet.runtimes.base import ProbeTimes, StartContainer

ENDLESS_MS = 1_000_000_000
"""Longer than any pod is given to end."""


def container_ports(spec: Object) -> dict[int, int]:
    """The TCP ports that a container listens on, each with its host port, 0 for none."""
    declared = {
        port["containerPort"]: port.get("hostPort", 0)
        for port in spec.get("ports") or ()
        if port.get("protocol", "TCP") == "TCP"
    }
    if declared or short_name(spec["image"]) not in PORTS:
        return declared
    words = (*(spec.get("command") or ()), *(spec.get("args") or ()))
    return dict.fromkeys(PORTS[short_name(spec["image"])](words), 0)


def start_order(
    container: Container, pod: Object, ip: str, env: dict[str, str], faults: PodFaults
) -> StartContainer:
    """What the runtime is asked to run. Variables in command and arguments are expanded."""
    spec, meta = container.spec, pod["metadata"]
    notes = meta.get("annotations") or {}
    behaviour = notes.get(f"{ANNOTATION}.{container.name}", notes.get(ANNOTATION, ""))
    clauses = faults.clauses(container)
    return StartContainer(
        id=container.id,
        pod=intern(meta["name"]),
        container=intern(container.name),
        image=intern(spec["image"]),
        command=tuple(expand(word, env) for word in spec.get("command") or ()),
        args=tuple(expand(word, env) for word in spec.get("args") or ()),
        env=env,
        ports=tuple(container_ports(spec)),
        pod_ip=ip,
        node=intern(pod["spec"].get("nodeName", "")),
        behaviour=f"{behaviour}; {clauses}" if clauses else behaviour,
        restarts=container.restarts,
        ends=any(
            init["name"] == container.name and init.get("restartPolicy") != "Always"
            for init in pod["spec"].get("initContainers") or ()
        ),
        sandbox=meta["uid"],
        **_limits(spec),
        readiness=_numbered(spec.get("readinessProbe"), spec),
        liveness=_times(spec.get("livenessProbe")),
        pre_stop_ms=_pre_stop_ms(spec, env),
        has_input=bool(spec.get("stdin")),
        input_once=bool(spec.get("stdinOnce")),
        has_terminal=bool(spec.get("tty")),
    )


def _times(probe: Object | None) -> ProbeTimes | None:
    if probe is None:
        return None
    delay_s, period_s = probe.get("initialDelaySeconds") or 0, probe.get("periodSeconds") or 10
    return ProbeTimes(delay_s * 1000, period_s * 1000, probe.get("failureThreshold") or 3)


def _pre_stop_ms(spec: Object, env: dict[str, str]) -> int:
    """How long the hook takes: it sleeps, or runs a script; without end, until it is cut off."""
    hook = (spec.get("lifecycle") or {}).get("preStop") or {}
    if hook.get("sleep"):
        return int(hook["sleep"].get("seconds") or 0) * 1000
    command = (hook.get("exec") or {}).get("command")
    if not command:
        return 0
    order = StartContainer(id="", pod="", container="", image="", command=tuple(command), env=env)
    takes_ms = shell_program(order).exit_after_ms
    return ENDLESS_MS if takes_ms is None else takes_ms


def _limits(spec: Object) -> dict[str, int]:
    limits = (spec.get("resources") or {}).get("limits") or {}
    found = {}
    if "cpu" in limits:
        found["cpu_millis"] = quantity.parse(limits["cpu"]).milli_value()
    if "memory" in limits:
        found["memory_bytes"] = quantity.parse(limits["memory"]).value()
    return found


def _numbered(probe: Object | None, spec: Object) -> Object | None:
    """A probe whose port is a number, also where it is given by name."""
    way = next((way for way in ("httpGet", "tcpSocket") if (probe or {}).get(way)), "")
    if probe is None or not way or isinstance(probe[way]["port"], int):
        return probe
    named = {port.get("name"): port["containerPort"] for port in spec.get("ports") or ()}
    port = named.get(probe[way]["port"], 0)
    return {**probe, way: {**probe[way], "port": port}}
