"""Every kind there is: the built-in ones in discovery order, then custom ones as they come.

`RULES_MODULES` is the one list of what has a rules file: resource id -> module of this folder
that exports `RULES`. A kind without one gets plain `Rules()`. Where kinds live, their verbs, short
names and subresources come from package data.
"""

from __future__ import annotations

import importlib
from typing import Any, Final, cast

import msgspec

from tuik8s.api.kinds.base import Kind, Rules, Subresource
from tuik8s.api.schema.node import Node
from tuik8s.api.schema.packed import load, load_kind, read_data, schema_ids_by_kind
from tuik8s.api.types import resource_id

RULES_MODULES: Final[dict[str, str]] = {
    "pods": "pod",
    "podtemplates": "pod_template",
    "limitranges": "limit_range",
    "resourcequotas": "resource_quota",
    "persistentvolumes": "persistent_volume",
    "persistentvolumeclaims": "persistent_volume_claim",
    "replicationcontrollers": "replication_controller",
    "services": "service",
    "endpoints": "endpoints",
    "configmaps": "config_map",
    "secrets": "secret",
    "serviceaccounts": "service_account",
    "namespaces": "namespace",
    "nodes": "node",
    "events": "event",
    "deployments.apps": "deployment",
    "replicasets.apps": "replica_set",
    "daemonsets.apps": "daemon_set",
    "statefulsets.apps": "stateful_set",
    "controllerrevisions.apps": "controller_revision",
    "jobs.batch": "job",
    "cronjobs.batch": "cron_job",
    "horizontalpodautoscalers.autoscaling": "horizontal_pod_autoscaler",
    "poddisruptionbudgets.policy": "pod_disruption_budget",
    "roles.rbac.authorization.k8s.io": "role",
    "rolebindings.rbac.authorization.k8s.io": "role_binding",
    "clusterroles.rbac.authorization.k8s.io": "cluster_role",
    "clusterrolebindings.rbac.authorization.k8s.io": "cluster_role_binding",
    "leases.coordination.k8s.io": "lease",
    "endpointslices.discovery.k8s.io": "endpoint_slice",
    "ingresses.networking.k8s.io": "ingress",
    "ingressclasses.networking.k8s.io": "ingress_class",
    "networkpolicies.networking.k8s.io": "network_policy",
    "ipaddresses.networking.k8s.io": "ip_address",
    "servicecidrs.networking.k8s.io": "service_cidr",
    "storageclasses.storage.k8s.io": "storage_class",
    "csidrivers.storage.k8s.io": "csi_driver",
    "csinodes.storage.k8s.io": "csi_node",
    "csistoragecapacities.storage.k8s.io": "csi_storage_capacity",
    "volumeattachments.storage.k8s.io": "volume_attachment",
    "volumeattributesclasses.storage.k8s.io": "volume_attributes_class",
    "priorityclasses.scheduling.k8s.io": "priority_class",
    "runtimeclasses.node.k8s.io": "runtime_class",
    "certificatesigningrequests.certificates.k8s.io": "certificate_signing_request",
    "events.events.k8s.io": "new_event",
    "componentstatuses": "component_status",
    "apiservices.apiregistration.k8s.io": "api_service",
    "flowschemas.flowcontrol.apiserver.k8s.io": "flow_schema",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": "priority_level_configuration",
    "deviceclasses.resource.k8s.io": "device_class",
    "resourceclaims.resource.k8s.io": "resource_claim",
    "resourceclaimtemplates.resource.k8s.io": "resource_claim_template",
    "resourceslices.resource.k8s.io": "resource_slice",
    "customresourcedefinitions.apiextensions.k8s.io": "custom_resource_definition",
    "validatingwebhookconfigurations.admissionregistration.k8s.io": (
        "validating_webhook_configuration"
    ),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "mutating_webhook_configuration",
    "validatingadmissionpolicies.admissionregistration.k8s.io": "validating_admission_policy",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "validating_admission_policy_binding"
    ),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": "mutating_admission_policy",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "mutating_admission_policy_binding"
    ),
}

# Kinds that are another kind's objects in other clothes.
STORED_AS: Final = {"events.events.k8s.io": "events"}

_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."


class ResourceEntry(msgspec.Struct, rename="camel"):
    """One line of an APIResourceList."""

    name: str
    kind: str
    namespaced: bool
    verbs: tuple[str, ...]
    singular_name: str = ""
    group: str = ""
    version: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class KindRegistry:
    """The kinds that are served; `generation` changes with every change of the set."""

    def __init__(self, kinds: tuple[Kind, ...] = ()) -> None:
        self.generation = 0
        self._by_path: dict[tuple[str, str, str], Kind] = {}
        self._by_kind: dict[tuple[str, str, str], Kind] = {}
        self._by_resource: dict[str, list[Kind]] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Serve a kind, in place of the one that had its path."""
        path = (kind.group, kind.version, kind.plural)
        known = self._by_path.get(path)
        versions = self._by_resource.setdefault(kind.resource, [])
        if known is None:
            versions.append(kind)
        else:
            versions[versions.index(known)] = kind
            self._by_kind.pop((known.group, known.version, known.kind), None)
        self._by_path[path] = kind
        self._by_kind[kind.group, kind.version, kind.kind] = kind
        self.generation += 1

    def remove(self, group: str, version: str, plural: str) -> None:
        """Serve a kind no longer; nothing happens if it was not served."""
        kind = self._by_path.pop((group, version, plural), None)
        if kind is None:
            return
        self._by_kind.pop((group, version, kind.kind), None)
        self._by_resource[kind.resource].remove(kind)
        if not self._by_resource[kind.resource]:
            del self._by_resource[kind.resource]
        self.generation += 1

    def lookup(self, group: str, version: str, plural: str) -> Kind | None:
        return self._by_path.get((group, version, plural))

    def by_kind(self, group: str, version: str, kind: str) -> Kind | None:
        return self._by_kind.get((group, version, kind))

    def by_resource(self, resource: str, version: str = "") -> Kind | None:
        """The kind of a resource id in a version, or in the preferred one."""
        versions = self._by_resource.get(resource, ())
        if not version:
            return versions[0] if versions else None
        return next((kind for kind in versions if kind.version == version), None)

    def versions(self, resource: str) -> tuple[Kind, ...]:
        """All served versions of a resource, the preferred one first."""
        return tuple(self._by_resource.get(resource, ()))

    def has_group(self, group: str) -> bool:
        return any(kind.group == group for kind in self._by_path.values())

    def all(self) -> tuple[Kind, ...]:
        return tuple(self._by_path.values())


def builtin() -> KindRegistry:
    """A new registry with the built-in kinds."""
    return KindRegistry(builtin_kinds())


def discovery_data() -> list[tuple[str, str, list[ResourceEntry]]]:
    """(group, version, resources) of all built-in group versions, in discovery order."""
    return cast(
        list[tuple[str, str, list[ResourceEntry]]],
        read_data("discovery", list[tuple[str, str, list[ResourceEntry]]]),
    )


def builtin_kinds() -> tuple[Kind, ...]:
    kinds: list[Kind] = []
    for group, version, entries in discovery_data():
        subresources = _subresources(group, version, entries)
        kinds.extend(
            _kind(group, version, entry, subresources.get(entry.name, ()))
            for entry in entries
            if "/" not in entry.name
        )
    return tuple(kinds)


def _subresources(
    group: str, version: str, entries: list[ResourceEntry]
) -> dict[str, tuple[Subresource, ...]]:
    found: dict[str, tuple[Subresource, ...]] = {}
    for entry in entries:
        plural, _, name = entry.name.partition("/")
        if name:
            where = (entry.group, entry.version) if entry.version else (group, version)
            subresource = Subresource(name, *where, entry.kind, entry.verbs)
            found[plural] = (*found.get(plural, ()), subresource)
    return found


def _kind(
    group: str, version: str, entry: ResourceEntry, subresources: tuple[Subresource, ...]
) -> Kind:
    resource = resource_id(group, entry.name)
    list_kind = f"{entry.kind}List"
    has_list = (group, version, list_kind) in schema_ids_by_kind()
    return Kind(
        group=group,
        version=version,
        kind=entry.kind,
        plural=entry.name,
        singular=entry.singular_name,
        namespaced=entry.namespaced,
        verbs=entry.verbs,
        schema=load_kind(*schema_of_entry(group, version, entry)),
        rules=_rules(resource),
        short_names=entry.short_names,
        categories=entry.categories,
        subresources=subresources,
        list_kind=list_kind if has_list else "",
        storage=STORED_AS.get(resource, ""),
    )


def schema_of_entry(group: str, version: str, entry: ResourceEntry) -> tuple[str, str, str]:
    """Group, version and kind of the schema behind a resource."""
    return (
        (entry.group, entry.version, entry.kind) if entry.version else (group, version, entry.kind)
    )


def _rules(resource: str) -> Rules:
    module_name = RULES_MODULES.get(resource)
    if module_name is None:
        return Rules()
    module: Any = importlib.import_module(f"tuik8s.api.kinds.{module_name}")
    return cast(Rules, module.RULES)


def delete_options() -> Node:
    """The schema of the body of a DELETE."""
    return load(_META + "DeleteOptions")
