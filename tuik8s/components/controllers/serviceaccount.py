"""Every active namespace has a ServiceAccount `default`.

Source: k8s.io/kubernetes pkg/controller/serviceaccount/serviceaccounts_controller.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import is_deleting, namespace_of
from tuik8s.api.types import Key
from tuik8s.components.controllers.base import NOTHING, Change, Create, Plan, View, Wake, itself

_NAME = "default"


def _lost(change: Change, view: View) -> tuple[Key, ...]:
    gone = change.new is None and change.last["metadata"]["name"] == _NAME
    return (Key("namespaces", "", namespace_of(change.last)),) if gone else ()


class ServiceAccountReconciler:
    """Make the default ServiceAccount of each namespace."""

    name = "serviceaccount"
    account = "service-account-controller"
    component = "serviceaccount-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake("namespaces", itself), Wake("serviceaccounts", _lost))

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        namespace = view.get("namespaces", "", key.name)
        if namespace is None or is_deleting(namespace):
            return NOTHING
        if view.get("serviceaccounts", key.name, _NAME) is not None:
            return NOTHING
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": _NAME, "namespace": key.name},
        }
        return Plan(writes=(Create(resource="serviceaccounts", obj=account, tolerate=(409,)),))
