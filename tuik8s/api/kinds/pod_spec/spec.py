"""The checks of a pod spec, in upstream's order.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36), ValidatePodSpec.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import duplicate, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.pod_spec import (
    affinity,
    containers,
    dns,
    ephemeral,
    security,
    volumes,
    windows,
)
from tuik8s.api.kinds.pod_spec.resources import aggregate_requests
from tuik8s.api.kinds.validation import resources
from tuik8s.api.kinds.validation.labels import label_map
from tuik8s.api.kinds.validation.text import check, dns_label, dns_subdomain, qualified_name
from tuik8s.api.kinds.validation.values import MAX_INT32, Errors, between
from tuik8s.api.types import Object

RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
PREEMPTION_POLICIES: Final = ("PreemptLowerPriority", "Never")


def validate(
    errors: Errors, path: str, spec: Object, pod_name: str = "", is_pod: bool = False
) -> None:
    """All that is wrong with a pod spec.

    pod_name: of the pod, for the claims of its ephemeral volumes; "" in templates. is_pod:
    whether the spec is a pod's own; templates leave some things to be filled in later.
    """
    grace = spec.get("terminationGracePeriodSeconds")
    if grace is None:
        errors.append(required(f"{path}.terminationGracePeriodSeconds"))
    sound = volumes.validate(errors, f"{path}.volumes", spec.get("volumes") or [], pod_name, is_pod)
    claims = spec.get("resourceClaims") or []
    claim_names = frozenset(claim["name"] for claim in claims if claim.get("name"))
    _resource_claims(errors, f"{path}.resourceClaims", claims)
    pod = containers.Surroundings(
        volumes=sound,
        claim_names=claim_names,
        restart_policy=spec.get("restartPolicy", ""),
        grace_seconds=grace,
        host_users=spec.get("hostUsers") is not False,
    )
    _containers(errors, path, spec, pod)
    if spec.get("resources"):
        _pod_resources(errors, f"{path}.resources", spec, claim_names)
    if spec.get("hostNetwork"):
        _host_ports(errors, path, spec, is_pod)
    _policies(errors, path, spec)
    _placement(errors, path, spec)
    windows.host_process(errors, path, spec)
    security.host_users(errors, path, spec)
    _names(errors, path, spec)
    _remaining(errors, path, spec)


def _containers(errors: Errors, path: str, spec: Object, pod: containers.Surroundings) -> None:
    regular = spec.get("containers") or []
    containers.validate(errors, f"{path}.containers", regular, pod)
    init = spec.get("initContainers")
    if init:
        containers.validate_init(errors, f"{path}.initContainers", init, regular, pod)
    extra = spec.get("ephemeralContainers")
    if extra:
        others = [*regular, *(init or ())]
        ephemeral.validate(errors, f"{path}.ephemeralContainers", extra, others, pod)


def _resource_claims(errors: Errors, path: str, claims: list[Object]) -> None:
    seen: set[str] = set()
    for i, claim in enumerate(claims):
        at, name = f"{path}[{i}]", claim.get("name", "")
        own, template = claim.get("resourceClaimName"), claim.get("resourceClaimTemplateName")
        if not name:
            errors.append(required(f"{at}.name"))
        elif name in seen:
            errors.append(duplicate(f"{at}.name", name))
        else:
            dns_label(errors, f"{at}.name", name)
        seen.add(name)
        shown = {"Name": name, "ResourceClaimName": own, "ResourceClaimTemplateName": template}
        fields = "`resourceClaimName`{}`resourceClaimTemplateName`"
        if own is not None and template is not None:
            detail = f"at most one of {fields.format(' or ')} may be specified"
            errors.append(invalid(at, shown, detail))
        if own is None and template is None:
            errors.append(invalid(at, shown, f"must specify one of: {fields.format(', ')}"))
        if own is not None:
            check(errors, f"{at}.resourceClaimName", own, names.dns1123_subdomain)
        if template is not None:
            where = f"{at}.resourceClaimTemplateName"
            check(errors, where, template, names.dns1123_subdomain)


def _pod_resources(errors: Errors, path: str, spec: Object, claims: frozenset[str]) -> None:
    own = spec["resources"]
    if own.get("claims") is not None:
        detail = "claims cannot be set for Resources at pod-level"
        errors.append(forbidden(f"{path}.claims", detail))
    resources.requirements(errors, path, own, claims, resources.pod_resource_name)
    requests, limits = own.get("requests") or {}, own.get("limits") or {}
    for name, asked in aggregate_requests(spec).items():
        allowed = requests.get(name, "0")
        if quantity.parse(asked) > quantity.parse(allowed):
            detail = f"must be greater than or equal to aggregate container requests of {asked}"
            errors.append(invalid(f"{path}.requests[{name}]", allowed, detail))
    for i, container in enumerate(spec.get("containers") or ()):
        for name, amount in ((container.get("resources") or {}).get("limits") or {}).items():
            limit = limits.get(name)
            if limit is not None and quantity.parse(amount) > quantity.parse(limit):
                detail = f"must be less than or equal to pod limits of {limit}"
                errors.append(invalid(f"{path}.containers[{i}][{name}].limits", amount, detail))


def _host_ports(errors: Errors, path: str, spec: Object, is_pod: bool) -> None:
    for i, container in enumerate(spec.get("containers") or ()):
        for j, port in enumerate(container.get("ports") or ()):
            host, own = port.get("hostPort", 0), port.get("containerPort", 0)
            if (is_pod or host) and host != own:
                detail = "must match `containerPort` when `hostNetwork` is true"
                errors.append(invalid(f"{path}.containers[{i}].ports[{j}].hostPort", host, detail))


def _policies(errors: Errors, path: str, spec: Object) -> None:
    for field, supported in (
        ("restartPolicy", RESTART_POLICIES),
        ("dnsPolicy", dns.POLICIES),
    ):
        value = spec.get(field, "")
        if not value:
            errors.append(required(f"{path}.{field}"))
        elif value not in supported:
            errors.append(not_supported(f"{path}.{field}", value, supported))


def _placement(errors: Errors, path: str, spec: Object) -> None:
    label_map(errors, f"{path}.nodeSelector", spec.get("nodeSelector"))
    context = spec.get("securityContext") or {}
    security.pod_context(errors, f"{path}.securityContext", context, spec)
    if spec.get("affinity"):
        affinity.validate(errors, f"{path}.affinity", spec["affinity"])
    dns.config(errors, f"{path}.dnsConfig", spec.get("dnsConfig"), spec.get("dnsPolicy", ""))
    for i, gate in enumerate(spec.get("readinessGates") or ()):
        at = f"{path}.readinessGates[{i}].conditionType"
        qualified_name(errors, at, gate.get("conditionType", ""))
    _scheduling_gates(errors, f"{path}.schedulingGates", spec.get("schedulingGates") or [])
    constraints = spec.get("topologySpreadConstraints")
    if constraints:
        affinity.topology_spread(errors, f"{path}.topologySpreadConstraints", constraints)


def _scheduling_gates(errors: Errors, path: str, gates: list[Object]) -> None:
    seen: set[str] = set()
    for i, gate in enumerate(gates):
        name = gate.get("name", "")
        qualified_name(errors, f"{path}[{i}]", name)
        if name in seen:
            errors.append(duplicate(f"{path}[{i}]", name))
        seen.add(name)


def _names(errors: Errors, path: str, spec: Object) -> None:
    for field in ("serviceAccountName", "nodeName"):
        if spec.get(field):
            dns_subdomain(errors, f"{path}.{field}", spec[field])
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= MAX_INT32:
        at = f"{path}.activeDeadlineSeconds"
        errors.append(invalid(at, deadline, between(1, MAX_INT32)))
    for field in ("hostname", "subdomain"):
        if spec.get(field):
            dns_label(errors, f"{path}.{field}", spec[field])
    override = spec.get("hostnameOverride")
    if override is not None:
        dns_subdomain(errors, f"{path}.hostnameOverride", override)
        if len(override) > 64:
            detail = "must be no more than 64 characters"
            errors.append(invalid(f"{path}.hostnameOverride", override, detail))


def _remaining(errors: Errors, path: str, spec: Object) -> None:
    if spec.get("tolerations"):
        affinity.tolerations(errors, f"{path}.tolerations", spec["tolerations"])
    if spec.get("hostAliases"):
        dns.host_aliases(errors, f"{path}.hostAliases", spec["hostAliases"])
    if spec.get("priorityClassName"):
        dns_subdomain(errors, f"{path}.priorityClassName", spec["priorityClassName"])
    if spec.get("runtimeClassName") is not None:
        dns_subdomain(errors, f"{path}.runtimeClassName", spec["runtimeClassName"])
    policy = spec.get("preemptionPolicy")
    if policy is not None:
        preemption_policy(errors, f"{path}.preemptionPolicy", policy)
    if spec.get("overhead") is not None:
        resources.requirements(errors, f"{path}.overhead", {"limits": spec["overhead"]})
    if spec.get("os") is not None:
        windows.operating_system(errors, path, spec)


def preemption_policy(errors: Errors, path: str, policy: str) -> None:
    if not policy:
        errors.append(required(path))
    elif policy not in PREEMPTION_POLICIES:
        errors.append(not_supported(path, policy, PREEMPTION_POLICIES))
