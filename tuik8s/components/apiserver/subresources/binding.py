"""/binding of pods: the scheduler's verdict, once.

Source: k8s.io/kubernetes pkg/registry/core/pod/storage/storage.go (assignPod, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import ApiError, bad_request, bare_internal_error, conflict
from tuik8s.api.meta import set_condition
from tuik8s.api.schema.packed import load_kind
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import success_status
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import WriteOptions, write_options
from tuik8s.components.apiserver.rendering import object_answer
from tuik8s.components.apiserver.strategies import match_namespace
from tuik8s.components.apiserver.subresources.base import Handlers
from tuik8s.components.store.errors import Mismatch

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def create_binding(core: Core, call: Call) -> Outcome:
    return bind(core, call, call.request.name)


def bind(core: Core, call: Call, name: str) -> Waiting:
    """Read a Binding and carry it out; name "" takes the binding's own (POST to /bindings)."""
    request = call.request
    options = write_options(request.query, "CreateOptions")
    expected = Expected("Binding", "v1", load_kind("", "v1", "Binding"))
    binding, problems = core.bodies.decode(
        request.body, request.content_type, expected, options.validation
    )
    call.warnings.extend(problems)
    return (yield from bind_pod(core, call, binding, options, name))


def bind_pod(core: Core, call: Call, binding: Object, options: WriteOptions, name: str) -> Waiting:
    """Assign a pod to the node of a decoded Binding. Ends in 201 with a Status."""
    kind = core.kinds.by_resource("pods")
    assert kind is not None, "pods are always served"
    meta = binding.setdefault("metadata", {})
    match_namespace(binding, kind, call.request.namespace)
    own = meta.get("name") or ""
    if name and own and own != name:
        raise bad_request("name in URL does not match name in Binding object")
    name = name or own
    attributes = call.admission_attributes(
        "CREATE", name, kind=kind, obj=binding, subresource="binding", dry_run=options.dry_run
    )
    yield from core.admission.admit(attributes)
    yield from core.admission.validate(attributes)
    _check(binding)
    entry = core.objects.entry(kind, call.request.namespace, name)
    if entry is None:
        raise ApiError(404, "NotFound", f'pods "{name}" not found', {"name": name, "kind": "pods"})
    pod = core.objects.read(kind, entry.value)
    _assign(call, pod, binding, name)
    if not options.dry_run:
        try:
            core.objects.replace(kind, pod, entry, call.user.name, call.request.cause)
        except Mismatch:
            raise conflict("", "pods/binding", name) from None
    return object_answer(core, call, success_status("", "", "", "", 201), 201, core.store.revision)


def _check(binding: Object) -> None:
    target = binding.get("target") or {}
    kind = target.get("kind") or ""
    if kind not in ("", "Node"):
        raise bare_internal_error(
            f'target.kind: Unsupported value: "{kind}": supported values: "Node", "<empty>"'
        )
    if not target.get("name"):
        raise bare_internal_error("target.name: Required value")


def _assign(call: Call, pod: Object, binding: Object, name: str) -> None:
    meta, spec, wanted = pod["metadata"], pod["spec"], binding["metadata"]
    uid = wanted.get("uid")
    if uid and uid != meta.get("uid"):
        held = meta.get("uid")
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {held}"
        raise conflict("", "pods/binding", name, why)
    if meta.get("deletionTimestamp"):
        why = f"pod {name} is being deleted, cannot be assigned to a host"
        raise conflict("", "pods/binding", name, why)
    if spec.get("nodeName"):
        why = f'pod {name} is already assigned to node "{spec["nodeName"]}"'
        raise conflict("", "pods/binding", name, why)
    if spec.get("schedulingGates"):
        raise conflict("", "pods/binding", name, f"pod {name} has non-empty .spec.schedulingGates")
    spec["nodeName"] = binding["target"]["name"]
    for field in ("labels", "annotations"):
        if wanted.get(field):
            meta[field] = {**(meta.get(field) or {}), **wanted[field]}
    status = pod.setdefault("status", {})
    if not any(c.get("type") == "PodScheduled" for c in status.get("conditions") or ()):
        status.setdefault("conditions", [])
    set_condition(pod, "PodScheduled", "True", now=format_time(call.now_ms))


HANDLERS: Final[Handlers] = {"create": create_binding}
