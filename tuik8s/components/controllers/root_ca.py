"""Every namespace has the cluster's certificate authority in the ConfigMap kube-root-ca.crt.

Source: k8s.io/kubernetes pkg/controller/certificates/rootcacertpublisher/publisher.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import annotations_of, is_deleting, namespace_of
from tuik8s.api.types import Key
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Create,
    Plan,
    Update,
    View,
    Wake,
    itself,
)

NAME = "kube-root-ca.crt"
_DESCRIPTION = "kubernetes.io/description"
_TEXT = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
    "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
    "guaranteed across distributions of Kubernetes clusters."
)


def _config_map(change: Change, view: View) -> tuple[Key, ...]:
    if change.last["metadata"]["name"] != NAME:
        return ()
    return (Key("namespaces", "", namespace_of(change.last)),)


class RootCaReconciler:
    """Publish the certificate authority in each namespace."""

    name = "root-ca-certificate-publisher"
    account = "root-ca-cert-publisher"
    component = "root-ca-cert-publisher"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake("namespaces", itself), Wake("configmaps", _config_map))

    def __init__(self, root_ca: str) -> None:
        self._data = {"ca.crt": root_ca}

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        namespace = view.get("namespaces", "", key.name)
        if namespace is None or is_deleting(namespace):
            return NOTHING
        present = view.get("configmaps", key.name, NAME)
        if present is None:
            metadata = {"name": NAME, "namespace": key.name, "annotations": {_DESCRIPTION: _TEXT}}
            made = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": metadata,
                "data": self._data,
            }
            return Plan(writes=(Create(resource="configmaps", obj=made, tolerate=(409,)),))
        annotations = annotations_of(present)
        if present.get("data") == self._data and annotations.get(_DESCRIPTION):
            return NOTHING
        metadata = {**present["metadata"], "annotations": {**annotations, _DESCRIPTION: _TEXT}}
        changed = {**present, "metadata": metadata, "data": self._data}
        return Plan(writes=(Update(resource="configmaps", obj=changed),))
