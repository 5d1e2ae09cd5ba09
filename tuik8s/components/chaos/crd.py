"""The Fault kind: the CustomResourceDefinition that the chaos component brings along."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.components.chaos.actions.registry import ACTIONS

GROUP = "chaos.tuik8s.dev"
FAULTS = f"faults.{GROUP}"
FINALIZER = f"{GROUP}/heal"

_TEXT: Object = {"type": "string"}


def fault_crd() -> Object:
    """Cluster-scoped Faults with a status, short name `fault`."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": FAULTS},
        "spec": {
            "group": GROUP,
            "scope": "Cluster",
            "names": {
                "plural": "faults",
                "singular": "fault",
                "kind": "Fault",
                "listKind": "FaultList",
                "categories": ["chaos"],
            },
            "versions": [_version()],
        },
    }


def _version() -> Object:
    return {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "properties": _properties()}},
        "additionalPrinterColumns": [
            {"name": "Action", "type": "string", "jsonPath": ".spec.action"},
            {"name": "Target", "type": "string", "jsonPath": ".spec.target"},
            {"name": "For", "type": "string", "jsonPath": ".spec.for"},
            {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
            {"name": "Message", "type": "string", "jsonPath": ".status.message", "priority": 1},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    }


def _properties() -> Object:
    spec: Object = {
        "action": {"type": "string", "enum": list(ACTIONS), "description": "What breaks."},
        "target": {
            "type": "string",
            "minLength": 1,
            "description": "node/NAME or component/NAME, as `tuik8s status` lists them.",
        },
        "for": {**_TEXT, "description": "How long, such as 10m; until deleted when left out."},
        "delay": {**_TEXT, "description": "link-delay: how much longer a message takes."},
        "jitter": {**_TEXT, "description": "link-delay: at most so much more, by chance."},
        "percent": {"type": "integer", "minimum": 1, "maximum": 100},
    }
    status: Object = {
        "phase": {**_TEXT, "description": "Active, Done, Healed or Refused."},
        "message": _TEXT,
        "startedAt": _TEXT,
        "endsAt": _TEXT,
    }
    return {
        "spec": {"type": "object", "required": ["action", "target"], "properties": spec},
        "status": {"type": "object", "properties": status},
    }
