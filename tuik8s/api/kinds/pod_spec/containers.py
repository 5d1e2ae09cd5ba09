"""Containers of every sort: what all must have, and what init and ephemeral ones may not.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tuik8s.api.errors import duplicate, forbidden, invalid, not_supported, required, too_many
from tuik8s.api.kinds.pod_spec import env, mounts, probes, security
from tuik8s.api.kinds.validation import resources
from tuik8s.api.kinds.validation.text import dns_label
from tuik8s.api.kinds.validation.values import Errors, port_name, port_number, protocol
from tuik8s.api.types import Object

PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES: Final = ("File", "FallbackToLogsOnError")
_RESTART_POLICIES: Final = ("Always", "Never", "OnFailure")
_RULE_ACTIONS: Final = ("Restart", "RestartAllContainers")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What checks of a container need to know of its pod."""

    volumes: dict[str, Object]
    claim_names: frozenset[str]
    restart_policy: str
    grace_seconds: int | None
    host_users: bool


def validate(errors: Errors, path: str, containers: list[Object], pod: Surroundings) -> None:
    if not containers:
        errors.append(required(path))
        return
    names: set[str] = set()
    for i, container in enumerate(containers):
        at = f"{path}[{i}]"
        _any_container(errors, at, container, pod)
        name = container.get("name", "")
        if name in names:
            errors.append(duplicate(f"{at}.name", name))
        names.add(name)
        probes.validate_all(errors, at, container, pod.grace_seconds)
        _restart_policy(errors, at, container)
    _host_port_conflicts(errors, path, containers)


def _any_container(errors: Errors, path: str, container: Object, pod: Surroundings) -> None:
    name = container.get("name", "")
    if not name:
        errors.append(required(f"{path}.name"))
    else:
        dns_label(errors, f"{path}.name", name)
    if not container.get("image"):
        errors.append(required(f"{path}.image"))
    policy = container.get("terminationMessagePolicy", "")
    if policy not in _MESSAGE_POLICIES:
        at = f"{path}.terminationMessagePolicy"
        errors.append(not_supported(at, policy, _MESSAGE_POLICIES) if policy else required(at))
    if container.get("ports"):
        _ports(errors, f"{path}.ports", container["ports"])
    if container.get("env"):
        env.validate(errors, f"{path}.env", container["env"])
    if container.get("envFrom"):
        env.validate_from(errors, f"{path}.envFrom", container["envFrom"])
    mounts.validate(errors, f"{path}.volumeMounts", container, pod.volumes)
    if container.get("volumeDevices"):
        mounts.validate_devices(errors, f"{path}.volumeDevices", container, pod.volumes)
    pull_policy(errors, f"{path}.imagePullPolicy", container.get("imagePullPolicy", ""))
    resources.requirements(errors, f"{path}.resources", container.get("resources"), pod.claim_names)
    if container.get("resizePolicy"):
        _resize_policy(errors, f"{path}.resizePolicy", container["resizePolicy"], pod)
    context = container.get("securityContext")
    if context:
        security.container_context(errors, f"{path}.securityContext", context, pod.host_users)


def pull_policy(errors: Errors, path: str, policy: str) -> None:
    if not policy:
        errors.append(required(path))
    elif policy not in PULL_POLICIES:
        errors.append(not_supported(path, policy, PULL_POLICIES))


def _ports(errors: Errors, path: str, ports: list[Object]) -> None:
    names: set[str] = set()
    for i, port in enumerate(ports):
        at, name = f"{path}[{i}]", port.get("name", "")
        if name:
            before = len(errors)
            port_name(errors, f"{at}.name", name)
            if len(errors) == before and name in names:
                errors.append(duplicate(f"{at}.name", name))
            names.add(name)
        number = port.get("containerPort", 0)
        if not number:
            errors.append(required(f"{at}.containerPort"))
        else:
            port_number(errors, f"{at}.containerPort", number)
        if port.get("hostPort"):
            port_number(errors, f"{at}.hostPort", port["hostPort"])
        protocol(errors, f"{at}.protocol", port.get("protocol"))


def _host_port_conflicts(errors: Errors, path: str, containers: list[Object]) -> None:
    seen: set[str] = set()
    for i, container in enumerate(containers):
        for j, port in enumerate(container.get("ports") or ()):
            number = port.get("hostPort")
            if not number:
                continue
            key = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{number}"
            if key in seen:
                errors.append(duplicate(f"{path}[{i}].ports[{j}].hostPort", key))
            seen.add(key)


def _resize_policy(errors: Errors, path: str, policies: list[Object], pod: Surroundings) -> None:
    seen: set[str] = set()
    for i, policy in enumerate(policies):
        name, restart = policy.get("resourceName", ""), policy.get("restartPolicy", "")
        if name in seen:
            errors.append(duplicate(f"{path}[{i}]", name))
        seen.add(name)
        for value, supported in (
            (name, ("cpu", "memory")),
            (restart, ("NotRequired", "RestartContainer")),
        ):
            if not value:
                errors.append(required(path))
            elif value not in supported:
                errors.append(not_supported(path, value, supported))
        if pod.restart_policy == "Never" and restart != "NotRequired":
            detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
            errors.append(invalid(path, restart, detail))


def _restart_policy(errors: Errors, path: str, container: Object) -> None:
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules")
    if policy is not None and policy not in _RESTART_POLICIES:
        errors.append(not_supported(f"{path}.restartPolicy", policy, _RESTART_POLICIES))
    if not rules:
        return
    if policy is None:
        detail = "must specify restartPolicy when restart rules are used"
        errors.append(required(f"{path}.restartPolicy", detail))
    if len(rules) > 20:
        errors.append(too_many(f"{path}.restartPolicyRules", len(rules), 20))
    for i, rule in enumerate(rules):
        _restart_rule(errors, f"{path}.restartPolicyRules[{i}]", rule)


def _restart_rule(errors: Errors, path: str, rule: Object) -> None:
    action = rule.get("action", "")
    if action not in _RULE_ACTIONS:
        errors.append(not_supported(f"{path}.action", action, _RULE_ACTIONS))
    codes = rule.get("exitCodes")
    if codes is None:
        errors.append(required(f"{path}.exitCodes", "must be specified"))
        return
    operator = codes.get("operator", "")
    if operator not in ("In", "NotIn"):
        errors.append(not_supported(f"{path}.exitCodes.operator", operator, ("In", "NotIn")))
    values = codes.get("values") or []
    if len(values) > 255:
        errors.append(too_many(f"{path}.exitCodes.values", len(values), 255))


def validate_init(
    errors: Errors,
    path: str,
    containers: list[Object],
    regular: list[Object],
    pod: Surroundings,
) -> None:
    names = {container.get("name", "") for container in regular}
    for i, container in enumerate(containers):
        at, name = f"{path}[{i}]", container.get("name", "")
        _any_container(errors, at, container, pod)
        _restart_policy(errors, at, container)
        if name in names:
            errors.append(duplicate(f"{at}.name", name))
        elif name:
            names.add(name)
        _host_port_conflicts(errors, path, [container])
        if container.get("restartPolicy") == "Always":
            probes.validate_all(errors, at, container, pod.grace_seconds)
            continue
        for field in ("lifecycle", *probes.PROBES):
            if container.get(field) is not None:
                detail = "may not be set for init containers without restartPolicy=Always"
                errors.append(forbidden(f"{at}.{field}", detail))


def no_surrounding_blanks(errors: Errors, path: str, containers: list[Object]) -> None:
    """A check that pods have and templates have not."""
    for i, container in enumerate(containers):
        image = container.get("image", "")
        if image != image.strip():
            detail = "must not have leading or trailing whitespace"
            errors.append(invalid(f"{path}[{i}].image", image, detail))


any_container = _any_container
