"""DefaultIngressClass: Ingresses without a class get the default one, the newest of several.

Source: plugin/pkg/admission/network/defaultingressclass (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader

_CLASSES: Final = "ingressclasses.networking.k8s.io"
_DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"
_OLD_WAY: Final = "kubernetes.io/ingress.class"


class DefaultIngressClass(Member):
    """Fills in spec.ingressClassName of new Ingresses."""

    name = "DefaultIngressClass"
    resources = ("ingresses.networking.k8s.io",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def admit(self, attributes: Attributes) -> None:
        ingress = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or ingress is None:
            return
        spec = ingress.setdefault("spec", {})
        annotations = ingress["metadata"].get("annotations") or {}
        if spec.get("ingressClassName") is not None or _OLD_WAY in annotations:
            return
        defaults = [c for c in self._reader.list_(_CLASSES) if _is_default(c)]
        if defaults:
            defaults.sort(key=lambda c: c["metadata"]["name"])
            chosen = max(defaults, key=lambda c: c["metadata"]["creationTimestamp"])
            spec["ingressClassName"] = chosen["metadata"]["name"]


def _is_default(ingress_class: Object) -> bool:
    annotations = ingress_class["metadata"].get("annotations") or {}
    return annotations.get(_DEFAULT) == "true"
