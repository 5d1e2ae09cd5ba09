"""PodSecurity: the labels of a namespace say how much its pods may do.

    pod-security.kubernetes.io/{enforce,warn,audit}[-version]: a level, and of which version

Enforcing refuses pods only; warning looks at the templates of workloads too. Labels that begin to
enforce more warn about the pods that are there already.

Source: k8s.io/pod-security-admission admission/admission.go, api/helpers.go (1.36).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tuik8s.api.errors import FieldError, invalid, invalid_object
from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.admission.pod_security_checks import LEVELS, violations
from tuik8s.components.apiserver.authorization.base import Reader

_PREFIX: Final = "pod-security.kubernetes.io/"
_VERSION: Final = re.compile(r"v1\.(0|[1-9][0-9]*)", re.ASCII)
_LATEST: Final = 36
_SHOWN_MAX: Final = 3000
_TEMPLATES: Final = {
    "podtemplates": ("template",),
    "replicationcontrollers": ("spec", "template"),
    "replicasets.apps": ("spec", "template"),
    "deployments.apps": ("spec", "template"),
    "statefulsets.apps": ("spec", "template"),
    "daemonsets.apps": ("spec", "template"),
    "jobs.batch": ("spec", "template"),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template"),
}
_UNCHECKED: Final = frozenset({"", "ephemeralcontainers", "resize"})


class Policy(NamedTuple):
    """A level and its version as text and as the number behind `v1.`."""

    level: str
    version: str
    minor: int

    def __str__(self) -> str:
        return f"{self.level}:{self.version}"


class PodSecurity(Member):
    """Judges pods, warns about templates and labels."""

    name = "PodSecurity"
    resources = ("namespaces", "pods", *_TEMPLATES)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._labels: dict[str, dict[str, str]] = {}
        self._labels_of = -1

    def validate(self, attributes: Attributes) -> None:
        obj = attributes.obj
        if obj is None or attributes.operation not in ("CREATE", "UPDATE"):
            return
        if attributes.resource == "namespaces":
            if not attributes.subresource:
                self._judge_namespace(attributes, obj)
            return
        if attributes.subresource not in _UNCHECKED:
            return
        labels = self._labels_for(attributes.namespace)
        if not labels:
            return
        if attributes.resource == "pods":
            self._judge_pod(attributes, obj, labels)
        elif not attributes.subresource:
            template: Object = obj
            for part in _TEMPLATES[attributes.resource]:
                template = template.get(part) or {}
            _warn(attributes, template.get("spec") or {}, labels)

    def _labels_for(self, namespace: str) -> dict[str, str]:
        generation = self._reader.generation("namespaces")
        if generation != self._labels_of:
            self._labels.clear()
            self._labels_of = generation
        labels = self._labels.get(namespace)
        if labels is None:
            found = self._reader.get("namespaces", "", namespace) or {"metadata": {}}
            labels = _own(found)
            self._labels[namespace] = labels
        return labels

    @staticmethod
    def _judge_pod(attributes: Attributes, pod: Object, labels: dict[str, str]) -> None:
        spec, old = pod.get("spec") or {}, attributes.old
        changes_main = old is not None and not attributes.subresource
        if changes_main and not _matters(spec, (old or {}).get("spec") or {}):
            return
        policy = _policy(labels, "enforce")
        found = violations(spec, policy.level, policy.minor)
        if found:
            raise attributes.forbidden(f'violates PodSecurity "{policy}": {_told(found)}')
        _warn(attributes, spec, labels)

    def _judge_namespace(self, attributes: Attributes, namespace: Object) -> None:
        labels = _own(namespace)
        before = _own(attributes.old) if attributes.old is not None else {}
        errors = _label_errors(labels)
        if errors and (attributes.old is None or _label_errors(before) != errors):
            raise invalid_object("", "Namespace", namespace["metadata"]["name"], errors)
        if attributes.operation == "CREATE" or labels == before:
            return
        policy, was = _policy(labels, "enforce"), _policy(before, "enforce")
        if policy.level == "privileged" or policy == was:
            return
        if policy.version == was.version and LEVELS.index(policy.level) < LEVELS.index(was.level):
            return
        self._warn_of_pods(attributes, namespace["metadata"]["name"], policy)

    def _warn_of_pods(self, attributes: Attributes, name: str, policy: Policy) -> None:
        groups: dict[str, list[str]] = {}
        for pod in self._reader.list_("pods", name)[:_SHOWN_MAX]:
            found = violations(pod.get("spec") or {}, policy.level, policy.minor)
            if found:
                reasons = ", ".join(reason for reason, _ in found)
                groups.setdefault(reasons, []).append(pod["metadata"]["name"])
        if not groups:
            return
        attributes.warnings.append(
            f'existing pods in namespace "{name}" violate the new PodSecurity enforce level '
            f'"{policy}"'
        )
        lines = [f"{_counted(names)}: {reasons}" for reasons, names in groups.items()]
        attributes.warnings.extend(sorted(lines))


def _counted(names: list[str]) -> str:
    others = len(names) - 1
    if not others:
        return names[0]
    return f"{names[0]} (and {others} other pod{'s' if others > 1 else ''})"


def _own(namespace: Object) -> dict[str, str]:
    labels = (namespace.get("metadata") or {}).get("labels") or {}
    return {k[len(_PREFIX) :]: v for k, v in labels.items() if k.startswith(_PREFIX)}


def _policy(labels: dict[str, str], mode: str) -> Policy:
    """What a mode asks for; bad labels ask for the strictest."""
    level = labels.get(mode, "privileged")
    version = labels.get(f"{mode}-version", "latest")
    match = _VERSION.fullmatch(version)
    number = parse_int(match.group(1)) if match else None
    minor = _LATEST if number is None else min(number, _LATEST)
    return Policy(level if level in LEVELS else "restricted", version if match else "latest", minor)


def _label_errors(labels: dict[str, str]) -> list[FieldError]:
    errors = []
    for mode in ("enforce", "audit", "warn"):
        level, version = labels.get(mode), labels.get(f"{mode}-version")
        if level is not None and level not in LEVELS:
            field = f"metadata.labels[{_PREFIX}{mode}]"
            errors.append(invalid(field, level, f"must be one of {', '.join(LEVELS)}"))
        if version not in (None, "latest") and not _VERSION.fullmatch(version or ""):
            field = f"metadata.labels[{_PREFIX}{mode}-version]"
            errors.append(invalid(field, version, 'must be "latest" or "v1.x"'))
    return errors


def _warn(attributes: Attributes, spec: Object, labels: dict[str, str]) -> None:
    policy = _policy(labels, "warn")
    found = violations(spec, policy.level, policy.minor)
    if found:
        attributes.warnings.append(f'would violate PodSecurity "{policy}": {_told(found)}')


def _told(found: list[tuple[str, str]]) -> str:
    return ", ".join(f"{reason} ({details})" if details else reason for reason, details in found)


def _matters(spec: Object, old: Object) -> bool:
    """Whether an update changes more of a pod than images, deadlines and tolerations."""
    fields = ("containers", "initContainers", "ephemeralContainers", "securityContext")
    return any(_imageless(spec.get(f)) != _imageless(old.get(f)) for f in fields)


def _imageless(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [{k: v for k, v in container.items() if k != "image"} for container in value]
