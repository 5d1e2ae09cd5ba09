"""The Fault kind: the CustomResourceDefinition that the chaos component brings along."""

from __future__ import annotations

import json

from tuik8s.api.types import Object
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import PARAMETERS
from tuik8s.components.chaos.catalogue import ANNOTATION, catalogue
from tuik8s.components.chaos.schedule import EXAMPLE
from tuik8s.world.rules import HEALERS_GROUP

GROUP = HEALERS_GROUP
FAULTS = f"faults.{GROUP}"
FINALIZER = f"{GROUP}/heal"

_TEXT: Object = {"type": "string"}


def fault_crd() -> Object:
    """Cluster-scoped Faults with a status, short name `fault`."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": FAULTS, "annotations": {ANNOTATION: json.dumps(catalogue())}},
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
            "description": "KIND/NAME, such as node/node-1, component/scheduler as `tuik8s status` "
            "lists them, pod/web-0, deployment/web for its pods; or nodes, pods, services for all "
            "that selector matches.",
        },
        "namespace": {**_TEXT, "description": "Where the target is; default, * for pods of any."},
        "selector": {**_TEXT, "description": "Labels of those that are meant, such as app=web."},
        "count": {
            "x-kubernetes-int-or-string": True,
            "description": "How many of those that match: 2, or 50%; drawn by the seed.",
        },
        "for": {**_TEXT, "description": "How long, such as 10m; until deleted when left out."},
        "schedule": {**_TEXT, "description": f"Comes and goes: {EXAMPLE}."},
        "seed": {"type": "integer", "description": "What draws by chance begin with."},
        "override": {
            "type": "boolean",
            "description": "Act even where a disruption budget says no; it is logged.",
        },
    }
    for name, parameter in PARAMETERS.items():
        takers = [a for a, what in ACTIONS.items() if name in (*what.needs, *what.takes)]
        words = f"{parameter.words}, such as {parameter.example} ({', '.join(takers)})."
        spec[name] = {"type": parameter.type, "description": words[:1].upper() + words[1:]}
    spec["percent"].update(minimum=1, maximum=100)
    status: Object = {
        "phase": {**_TEXT, "description": "Active, Done, Healed or Refused."},
        "message": _TEXT,
        "startedAt": _TEXT,
        "endsAt": _TEXT,
        "observedGeneration": {"type": "integer", "format": "int64"},
        "seed": {"type": "integer", "description": "What its draws began with."},
        "targets": {"type": "array", "items": _TEXT, "description": "What it was found to mean."},
    }
    return {
        "spec": {"type": "object", "required": ["action", "target"], "properties": spec},
        "status": {"type": "object", "properties": status},
    }
