"""What is legal in a pod spec but unwise: the texts of Warning headers.

`prefix` is "" for a pod and `spec.template.` and the like for templates.

Source: k8s.io/kubernetes pkg/api/pod/warnings.go and pkg/api/node/util.go (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tuik8s.api import quantity
from tuik8s.api.kinds.pod_spec.pod_annotations import (
    APP_ARMOR,
    SECCOMP_CONTAINER,
    SECCOMP_POD,
    containers_of,
)
from tuik8s.api.types import Object

_LABELS: Final = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": (
        'deprecated since v1.17; use "topology.kubernetes.io/region" instead'
    ),
    "failure-domain.beta.kubernetes.io/zone": (
        'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'
    ),
    "beta.kubernetes.io/instance-type": (
        'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'
    ),
}
_ANNOTATIONS: Final = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
    "security.alpha.kubernetes.io/unsafe-sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
}
_PLUGINS: Final = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
_NO_SELECTOR: Final = "a null labelSelector results in matching no pod"
_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_BYTES: Final = ("memory", "ephemeral-storage")


def label_problem(key: str) -> str:
    """Why a node label should no longer be used, "" if it may."""
    return _LABELS.get(key, "")


def of_pod(spec: Object, metadata: Object, prefix: str = "") -> list[str]:
    """All warnings about a pod or a template, in upstream's order."""
    path = f"{prefix}spec"
    annotations = metadata.get("annotations") or {}
    found = [*_node_labels(path, spec), *_spread(path, spec)]
    at = f"{prefix}metadata.annotations"
    found += [f"{at}[{key}]: {_ANNOTATIONS[key]}" for key in _ANNOTATIONS if key in annotations]
    found += _volumes(path, spec.get("volumes") or [])
    found += _repeated(path, spec)
    found += _fractions(f"{path}.overhead", spec.get("overhead"))
    context = spec.get("securityContext") or {}
    if SECCOMP_POD in annotations and not context.get("seccompProfile"):
        found.append(_seccomp(f"{at}[{SECCOMP_POD}]"))
    for place, container in containers_of(spec):
        found += _container(f"{path}.{place}", container, annotations, at, spec)
    found += _ports(path, spec)
    grace = spec.get("terminationGracePeriodSeconds")
    if grace is not None and grace < 0:
        text = "must be >= 0; negative values are invalid and will be treated as 1"
        found.append(f"{path}.terminationGracePeriodSeconds: {text}")
    if spec.get("affinity"):
        found += _pod_affinity(f"{path}.affinity", spec["affinity"])
    return found


def _seccomp(field: str) -> str:
    return f'{field}: non-functional in v1.27+; use the "seccompProfile" field instead'


def _node_labels(path: str, spec: Object) -> Iterator[str]:
    for key in spec.get("nodeSelector") or ():
        if label_problem(key):
            yield f"{path}.nodeSelector[{key}]: {label_problem(key)}"
    node = (spec.get("affinity") or {}).get("nodeAffinity")
    if node is None:
        return
    at = f"{path}.affinity.nodeAffinity"
    for i, term in enumerate((node.get(_REQUIRED) or {}).get("nodeSelectorTerms") or ()):
        yield from node_term(f"{at}.{_REQUIRED}.nodeSelectorTerms[{i}]", term)
    for i, weighted in enumerate(node.get(_PREFERRED) or ()):
        yield from node_term(f"{at}.{_PREFERRED}[{i}].preference", weighted.get("preference") or {})


def node_term(path: str, term: Object, checks_values: bool = True) -> Iterator[str]:
    """Warnings about one node selector term."""
    for i, expression in enumerate(term.get("matchExpressions") or ()):
        key = expression.get("key", "")
        if label_problem(key):
            yield f"{path}.matchExpressions[{i}].key: {key} is {label_problem(key)}"


def _spread(path: str, spec: Object) -> Iterator[str]:
    for i, constraint in enumerate(spec.get("topologySpreadConstraints") or ()):
        at, key = f"{path}.topologySpreadConstraints[{i}]", constraint.get("topologyKey", "")
        if label_problem(key):
            yield f"{at}.topologyKey: {key} is {label_problem(key)}"
        if constraint.get("labelSelector") is None:
            yield f"{at}.labelSelector: {_NO_SELECTOR}"


def _volumes(path: str, volumes: list[Object]) -> Iterator[str]:
    for i, volume in enumerate(volumes):
        at = f"{path}.volumes[{i}]"
        for field, text in _PLUGINS.items():
            if volume.get(field) is not None:
                word = "storageOS" if field == "storageos" else field
                yield f"{at}.{word}: {text}"
        template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
        if template:
            claim = f"{at}.ephemeral.volumeClaimTemplate.spec"
            yield from claim_spec(claim, template.get("spec") or {})
        yield from _projected(volume)
    yield from _overlapping_tokens(path, volumes)


def _projected(volume: Object) -> Iterator[str]:
    projected = volume.get("projected")
    if projected is None:
        return
    name, sources = volume.get("name", ""), projected.get("sources") or []
    if any(not source for source in sources):
        yield f'volume "{name}" (Projected) has no sources provided'
    seen: dict[str, str] = {}
    for source in sources:
        for kind, key in _projected_paths(source):
            if key in seen:
                yield (
                    f'volume "{name}" (Projected): sources with the same path "{key}": '
                    f"{seen[key]} and {kind}"
                )
            seen.setdefault(key, kind)


def _projected_paths(source: Object) -> Iterator[tuple[str, str]]:
    for field, word in (("configMap", "ConfigMap"), ("secret", "Secret")):
        owner = source.get(field) or {}
        for item in owner.get("items") or ():
            yield f'{word} "{owner.get("name", "")}"', item.get("path", "")
    for item in (source.get("downwardAPI") or {}).get("items") or ():
        yield "DownwardAPI", item.get("path", "")


def _overlapping_tokens(path: str, volumes: list[Object]) -> Iterator[str]:
    tokens = {
        source["serviceAccountToken"].get("path", "")
        for volume in volumes
        for source in (volume.get("projected") or {}).get("sources") or ()
        if source.get("serviceAccountToken")
    }
    if not tokens:
        return
    for i, volume in enumerate(volumes):
        for source in (volume.get("projected") or {}).get("sources") or ():
            for field in ("configMap", "secret", "downwardAPI"):
                word = "secrets" if field == "secret" else field
                for j, item in enumerate((source.get(field) or {}).get("items") or ()):
                    if item.get("path") in tokens:
                        at = f"{path}.volumes[{i}].projected.sources.{word}[{j}]"
                        text = "has duplicated path with ServiceAccountToken"
                        yield f'{at}: {text} "{item["path"]}"'


def claim_spec(path: str, spec: Object) -> Iterator[str]:
    """Warnings about the spec of a persistent volume claim."""
    requests = (spec.get("resources") or {}).get("requests") or {}
    if "storage" in requests:
        yield from _fraction(f"{path}.resources.requests[storage]", requests["storage"])


def _repeated(path: str, spec: Object) -> Iterator[str]:
    for field, key, word in (("hostAliases", "ip", "ip"), ("imagePullSecrets", "name", "name")):
        seen: set[str] = set()
        for i, item in enumerate(spec.get(field) or ()):
            value = item.get(key, "")
            if value in seen:
                yield f'{path}.{field}[{i}].{key}: duplicate {word} "{value}"'
            seen.add(value)
    for i, item in enumerate(spec.get("imagePullSecrets") or ()):
        if not item.get("name"):
            yield f'{path}.imagePullSecrets[{i}].name: invalid empty name ""'


def _fractions(path: str, amounts: dict[str, str] | None) -> Iterator[str]:
    for name in _BYTES:
        if amounts and name in amounts:
            yield from _fraction(f"{path}[{name}]", amounts[name])


def _fraction(path: str, amount: str) -> Iterator[str]:
    if not amount.isdigit() and quantity.parse(amount).milli_value() % 1000:
        yield f'{path}: fractional byte value "{amount}" is invalid, must be an integer'


def _container(
    path: str, container: Object, annotations: dict[str, str], at: str, spec: Object
) -> Iterator[str]:
    name, context = container.get("name", ""), container.get("securityContext") or {}
    key = SECCOMP_CONTAINER + name
    if key in annotations and not context.get("seccompProfile"):
        yield _seccomp(f"{at}[{key}]")
    key = APP_ARMOR + name
    pod_profile = (spec.get("securityContext") or {}).get("appArmorProfile")
    is_template = at != "metadata.annotations"
    if key in annotations and is_template and not (context.get("appArmorProfile") or pod_profile):
        yield app_armor(f"{at}[{key}]")
    resources = container.get("resources") or {}
    for kind in ("limits", "requests"):
        if resources.get(kind):
            yield from _fractions_of(path, kind, resources)
    yield from _hidden_variables(path, container.get("env") or [])


def app_armor(field: str) -> str:
    return f'{field}: deprecated since v1.30; use the "appArmorProfile" field instead'


def _fractions_of(path: str, kind: str, resources: Object) -> Iterator[str]:
    yield from _fractions(f"{path}.resources.{kind}", resources[kind])


def _hidden_variables(path: str, variables: list[Object]) -> Iterator[str]:
    seen: set[str] = set()
    for i, variable in enumerate(variables):
        name, value = variable.get("name", ""), variable.get("value", "")
        reference = f"$({name})"
        if name in seen:
            extends = reference in value and value != reference
            if variable.get("valueFrom") is not None or not extends:
                yield (
                    f'{path}.env[{i}]: hides previous definition of "{name}", which may be dropped '
                    "when using apply"
                )
        seen.add(name)


def _ports(path: str, spec: Object) -> Iterator[str]:
    seen: dict[tuple[int, str], list[tuple[str, Object]]] = {}
    for place, container in containers_of(spec):
        for i, port in enumerate(container.get("ports") or ()):
            at = f"{path}.{place}.ports[{i}]"
            if port.get("hostIP") and not port.get("hostPort"):
                yield f"{at}: hostIP set without hostPort: {_go_port(port)}"
            key = (port.get("containerPort", 0), port.get("protocol", ""))
            for other_at, other in seen.get(key, ()):
                word = _port_clash(port, other)
                if word:
                    yield f"{at}: {word} port definition with {other_at}"
            seen.setdefault(key, []).append((at, port))


def _go_port(port: Object) -> str:
    parts = ("name", "hostPort", "containerPort", "protocol", "hostIP")
    defaults: dict[str, object] = {"hostPort": 0, "containerPort": 0}
    shown = (
        f"{part[0].upper()}{part[1:]}:{port.get(part, defaults.get(part, ''))}" for part in parts
    )
    return "{" + " ".join(shown) + "}"


def _port_clash(port: Object, other: Object) -> str:
    ips = port.get("hostIP", ""), other.get("hostIP", "")
    numbers = port.get("hostPort", 0), other.get("hostPort", 0)
    if ips[0] == ips[1] and numbers[0] == numbers[1]:
        return "duplicate"
    if not numbers[0] or not numbers[1]:
        return "overlapping"
    if numbers[0] == numbers[1] and bool(ips[0]) != bool(ips[1]):
        return "dangerously ambiguous"
    return ""


def _pod_affinity(path: str, affinity: Object) -> Iterator[str]:
    for field in ("podAffinity", "podAntiAffinity"):
        value = affinity.get(field) or {}
        for i, term in enumerate(value.get(_REQUIRED) or ()):
            if term.get("labelSelector") is None:
                yield f"{path}.{field}.{_REQUIRED}[{i}].labelSelector: {_NO_SELECTOR}"
        for i, weighted in enumerate(value.get(_PREFERRED) or ()):
            if (weighted.get("podAffinityTerm") or {}).get("labelSelector") is None:
                at = f"{path}.{field}.{_PREFERRED}[{i}].podAffinityTerm.labelSelector"
                yield f"{at}: {_NO_SELECTOR}"
