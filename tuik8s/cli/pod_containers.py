"""Which container of a pod a command means, and whether it can be entered, as kubectl has it.

Source: k8s.io/kubectl pkg/cmd/util/podcmd, pkg/cmd/{exec,attach}.
"""

from __future__ import annotations

import sys
from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.supervisor.directory import Refusal

DEFAULT: Final = "kubectl.kubernetes.io/default-container"
_MARKS: Final = {"containers": "", "ephemeralContainers": " (ephem)", "initContainers": " (init)"}


def chosen(pod: Object, name: str) -> Object:
    """The container of that name; "": the one that the pod's annotation names, or the first.

    The first of several is told of on stderr. Raises Refusal.
    """
    there: dict[str, Object] = {}
    shown = []
    for field, mark in _MARKS.items():
        for each in pod["spec"].get(field) or ():
            there[each["name"]] = each
            shown.append(each["name"] + mark)
    if name:
        if name not in there:
            pod_name = pod["metadata"]["name"]
            raise Refusal(
                f"container {name} is not valid for pod {pod_name}; it has: {', '.join(shown)}"
            )
        return there[name]
    preferred = (pod["metadata"].get("annotations") or {}).get(DEFAULT, "")
    if preferred in there:
        return there[preferred]
    first = pod["spec"]["containers"][0]
    if len(shown) > 1:
        told = f'Defaulted container "{first["name"]}" out of: {", ".join(shown)}'
        print(told, file=sys.stderr)
    found: Object = first
    return found


def require_alive(pod: Object, what: str) -> None:
    """what: such as `exec into`. Raises Refusal when the pod has ended."""
    phase = (pod.get("status") or {}).get("phase", "")
    if phase in ("Succeeded", "Failed"):
        raise Refusal(f"cannot {what} a container in a completed pod; current phase is {phase}")
