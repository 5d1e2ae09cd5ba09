"""Defaults of pod specs.

Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go and zz_generated.defaults.go (1.36). A
default that only a Pod gets (requests from limits, host ports, service links) is in `fill_pod`;
what every pod spec gets is in `fill_spec`.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api import quantity
from tuik8s.api.kinds.pod_spec import claim_spec, images
from tuik8s.api.kinds.pod_spec.resources import aggregate_requests, is_pod_level
from tuik8s.api.kinds.validation.resources import is_huge_pages, is_overcommit_allowed
from tuik8s.api.types import Object

_FILE_SOURCES = ("secret", "configMap", "downwardAPI", "projected")
_HANDLER_FIELDS = ("livenessProbe", "readinessProbe", "startupProbe")
_DEFAULT_MODE = 0o644


def fill_spec(spec: Object) -> None:
    """Defaults of a pod spec in any kind of object, in place."""
    _first(spec, "restartPolicy", "Always")
    _first(spec, "dnsPolicy", "ClusterFirst")
    _first(spec, "schedulerName", "default-scheduler")
    if spec.get("securityContext") is None:
        spec["securityContext"] = {}
    if spec.get("terminationGracePeriodSeconds") is None:
        spec["terminationGracePeriodSeconds"] = 30
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for volume in spec.get("volumes") or ():
        _fill_volume(volume)
    for containers in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(containers) or ():
            _fill_container(container)
    if spec.get("overhead"):
        round_up(spec["overhead"])
    for constraint in spec.get("topologySpreadConstraints") or ():
        _drop_empty(constraint, "matchLabelKeys")


def _first(owner: Object, field: str, value: str) -> None:
    if not owner.get(field):
        owner[field] = value


def _drop_empty(owner: Object, field: str) -> None:
    if field in owner and not owner[field]:
        del owner[field]


def _fill_container(container: Object) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = images.pull_policy(container.get("image", ""))
    _first(container, "terminationMessagePath", "/dev/termination-log")
    _first(container, "terminationMessagePolicy", "File")
    for port in container.get("ports") or ():
        _first(port, "protocol", "TCP")
    for variable in container.get("env") or ():
        source = variable.get("valueFrom")
        if source:
            _fill_env_source(source)
    resources = container.setdefault("resources", {})
    if resources is None:
        container["resources"] = {}
    elif resources:
        round_up(resources.get("limits"))
        round_up(resources.get("requests"))
    for field in _HANDLER_FIELDS:
        probe = container.get(field)
        if probe is not None:
            _fill_probe(probe)
    lifecycle = container.get("lifecycle")
    if lifecycle:
        lifecycle.pop("stopSignal", None)
        for hook in ("postStart", "preStop"):
            _fill_http_get((lifecycle.get(hook) or {}).get("httpGet"))


def _fill_env_source(source: Object) -> None:
    field = source.get("fieldRef")
    if field is not None:
        _first(field, "apiVersion", "v1")
    resource = source.get("resourceFieldRef")
    if resource is not None:
        resource.setdefault("divisor", "0")
    file_key = source.get("fileKeyRef")
    if file_key is not None and file_key.get("optional") is None:
        file_key["optional"] = False


def _fill_http_get(action: Object | None) -> None:
    if action is not None:
        _first(action, "path", "/")
        _first(action, "scheme", "HTTP")


def _fill_probe(probe: Object) -> None:
    defaults = (
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    )
    for field, value in defaults:
        if not probe.get(field):
            probe[field] = value
    _fill_http_get(probe.get("httpGet"))
    grpc = probe.get("grpc")
    if grpc is not None and grpc.get("service") is None:
        grpc["service"] = ""


def round_up(amounts: dict[str, str] | None) -> None:
    """Quantities keep at most milli precision; finer ones are rounded up."""
    if not amounts:
        return
    for name, text in amounts.items():
        if text.endswith(("n", "u")) or "e-" in text or "E-" in text:
            amounts[name] = str(quantity.parse(text).rounded_up_to_milli())


def _fill_volume(volume: Object) -> None:
    if not any(value is not None for field, value in volume.items() if field != "name"):
        volume["emptyDir"] = {}
        return
    for field in _FILE_SOURCES:
        source = volume.get(field)
        if source is not None:
            if source.get("defaultMode") is None:
                source["defaultMode"] = _DEFAULT_MODE
            _fill_projections(source.get("sources"))
            _fill_downward_items(source.get("items") if field == "downwardAPI" else None)
    image = volume.get("image")
    if image is not None and not image.get("pullPolicy"):
        image["pullPolicy"] = images.pull_policy(image.get("reference", ""))
    ephemeral = volume.get("ephemeral")
    if ephemeral is not None and ephemeral.get("volumeClaimTemplate") is not None:
        template = ephemeral["volumeClaimTemplate"]
        template.setdefault("metadata", {})
        claim_spec.fill(template.setdefault("spec", {}))
    fill_plugin_source(volume)


def _fill_projections(sources: list[Object] | None) -> None:
    for source in sources or ():
        token = source.get("serviceAccountToken")
        if token is not None and token.get("expirationSeconds") is None:
            token["expirationSeconds"] = 3600
        downward = source.get("downwardAPI")
        if downward is not None:
            _fill_downward_items(downward.get("items"))
        source.pop("clusterTrustBundle", None)


def _fill_downward_items(items: list[Object] | None) -> None:
    for item in items or ():
        _fill_env_source(item)


def fill_plugin_source(source: Object) -> None:
    """Defaults of the volume plugins that pods and persistent volumes share."""
    if source.get("hostPath") is not None and source["hostPath"].get("type") is None:
        source["hostPath"]["type"] = ""
    if source.get("iscsi") is not None:
        _first(source["iscsi"], "iscsiInterface", "default")
    if source.get("rbd") is not None:
        _first(source["rbd"], "pool", "rbd")
        _first(source["rbd"], "user", "admin")
        _first(source["rbd"], "keyring", "/etc/ceph/keyring")
    if source.get("scaleIO") is not None:
        _first(source["scaleIO"], "storageMode", "ThinProvisioned")
        _first(source["scaleIO"], "fsType", "xfs")
    disk = source.get("azureDisk")
    if disk is not None:
        _first(disk, "cachingMode", "ReadWrite")
        _first(disk, "kind", "Shared")
        _first(disk, "fsType", "ext4")
        if disk.get("readOnly") is None:
            disk["readOnly"] = False


def fill_pod(pod: Object) -> None:
    """What a Pod gets besides the defaults of its spec, in place."""
    spec = pod.setdefault("spec", {})
    for field in ("containers", "initContainers"):
        for container in spec.get(field) or ():
            _requests_from_limits(container.get("resources"))
    if spec.get("resources"):
        _fill_pod_resources(spec)
    if spec.get("enableServiceLinks") is None:
        spec["enableServiceLinks"] = True


def fill_host_ports(spec: Object) -> None:
    """With the host's network every container port is a host port."""
    if not spec.get("hostNetwork"):
        return
    for field in ("containers", "initContainers"):
        for container in spec.get(field) or ():
            for port in container.get("ports") or ():
                if not port.get("hostPort"):
                    port["hostPort"] = port.get("containerPort", 0)


def _requests_from_limits(resources: Object | None) -> None:
    limits = (resources or {}).get("limits")
    if limits is None or resources is None:
        return
    requests = resources.get("requests")
    if requests is None:
        requests = resources["requests"] = {}
    for name, amount in limits.items():
        requests.setdefault(name, amount)


def _fill_pod_resources(spec: Object) -> None:
    """Pod-level requests come from the containers' sum, else from the pod-level limits."""
    resources: dict[str, Any] = spec["resources"]
    round_up(resources.get("limits"))
    round_up(resources.get("requests"))
    _huge_page_limits(spec, resources)
    limits = resources.get("limits")
    if not limits:
        return
    requests = dict(resources.get("requests") or {})
    for name, amount in aggregate_requests(spec).items():
        if name not in requests and is_pod_level(name) and is_overcommit_allowed(name):
            requests[name] = amount
    for name, amount in limits.items():
        if name not in requests and is_pod_level(name):
            requests[name] = amount
    if requests:
        resources["requests"] = requests


def _huge_page_limits(spec: Object, resources: Object) -> None:
    """Huge pages are limited to what the containers ask for, unless said otherwise."""
    if not (resources.get("limits") or resources.get("requests")):
        return
    limits = dict(resources.get("limits") or {})
    for name, amount in aggregate_requests(spec).items():
        if (
            is_huge_pages(name)
            and name not in limits
            and name not in (resources.get("requests") or {})
        ):
            limits[name] = amount
    if limits:
        resources["limits"] = limits
