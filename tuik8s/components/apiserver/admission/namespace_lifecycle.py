"""NamespaceLifecycle: no objects in namespaces that are absent or going, and some never go.

Source: k8s.io/apiserver pkg/admission/plugin/namespace/lifecycle (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import ApiError, not_found
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Pausing
from tuik8s.components.apiserver.authorization.base import Reader

_IMMORTAL: Final = frozenset({"default", "kube-system", "kube-public"})
_REVIEWS: Final = frozenset({"localsubjectaccessreviews.authorization.k8s.io"})


class NamespaceLifecycle:
    """Guards namespaces."""

    name = "NamespaceLifecycle"
    resources: tuple[str, ...] = ()

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def admit(self, attributes: Attributes) -> Pausing | None:
        resource = attributes.kind.resource
        if resource == "namespaces":
            if attributes.operation == "DELETE" and attributes.name in _IMMORTAL:
                raise attributes.forbidden("this namespace may not be deleted")
            return None
        if attributes.operation == "CREATE" and attributes.namespace and resource not in _REVIEWS:
            self._require_living(attributes)
        return None

    def validate(self, attributes: Attributes) -> Pausing | None:
        return None

    def _require_living(self, attributes: Attributes) -> None:
        namespace = self._reader.get("namespaces", "", attributes.namespace)
        if namespace is None:
            raise not_found("", "namespaces", attributes.namespace)
        if namespace.get("status", {}).get("phase") != "Terminating":
            return
        raise self._terminating(attributes, namespace)

    @staticmethod
    def _terminating(attributes: Attributes, namespace: Object) -> ApiError:
        name = attributes.namespace
        error = attributes.forbidden(
            f"unable to create new content in namespace {name} because it is being terminated"
        )
        message = f"namespace {name} is being terminated"
        cause = {
            "reason": "NamespaceTerminating",
            "message": message,
            "field": "metadata.namespace",
        }
        assert error.details is not None, "a refusal of an object has details"
        error.details["causes"] = [cause]
        return error
