"""/eviction of pods: a deletion that asks the disruption budgets first.

Source: k8s.io/kubernetes pkg/registry/core/pod/storage/eviction.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.errors import ApiError, bad_request, bare_internal_error, too_many_requests
from tuik8s.api.meta import is_condition_true, is_terminal, labels_of, set_condition
from tuik8s.api.schema.packed import load_kind
from tuik8s.api.selectors import selector_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import success_status
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.deletion import check_preconditions, delete_admitted
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import DeleteOptions, delete_options_of, write_options
from tuik8s.components.apiserver.rendering import object_answer
from tuik8s.components.apiserver.strategies import match_namespace
from tuik8s.components.apiserver.subresources.base import Handlers
from tuik8s.components.store.types import Entry

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_BUDGETS: Final = "poddisruptionbudgets.policy"
_DISRUPTED_MAX: Final = 2_000
_RETRY_SECONDS: Final = 10


def create_eviction(core: Core, call: Call) -> Outcome:
    return _evict(core, call)


def _evict(core: Core, call: Call) -> Waiting:
    request = call.request
    options = write_options(request.query, "CreateOptions")
    expected = Expected("Eviction", "policy/v1", load_kind("policy", "v1", "Eviction"))
    expected.also = "policy/v1beta1"
    eviction, problems = core.bodies.decode(
        request.body, request.content_type, expected, options.validation
    )
    call.warnings.extend(problems)
    eviction.setdefault("metadata", {})
    match_namespace(eviction, call.kind, request.namespace)
    own = eviction["metadata"].get("name") or ""
    if own and own != request.name:
        raise bad_request("name in URL does not match name in Eviction object")
    deletion = delete_options_of(eviction.get("deleteOptions") or {})
    deletion.dry_run = deletion.dry_run or options.dry_run
    attributes = call.admission_attributes(
        "CREATE", request.name, obj=eviction, subresource="eviction", dry_run=deletion.dry_run
    )
    yield from core.admission.admit(attributes)
    yield from core.admission.validate(attributes)
    entry = core.objects.entry(call.kind, request.namespace, request.name)
    if entry is None:
        raise call.not_found()
    pod = core.objects.read(call.kind, entry.value)
    check_preconditions(call, pod["metadata"], deletion)
    if not _skips_budgets(pod):
        _ask_budgets(core, call, pod, deletion)
    entry = _marked(core, call, pod, entry, deletion)
    delete_admitted(core, call, entry, deletion)
    return object_answer(core, call, success_status("", "", "", "", 201), 201, core.store.revision)


def _skips_budgets(pod: Object) -> bool:
    phase = (pod.get("status") or {}).get("phase")
    return phase == "Pending" or is_terminal(pod) or "deletionTimestamp" in pod["metadata"]


def _ask_budgets(core: Core, call: Call, pod: Object, deletion: DeleteOptions) -> None:
    budgets = [
        budget
        for budget in core.reader.list_(_BUDGETS, call.request.namespace)
        if selector_of((budget.get("spec") or {}).get("selector")).matches(labels_of(pod))
    ]
    if len(budgets) > 1:
        raise bare_internal_error(
            "This pod has more than one PodDisruptionBudget, "
            "which the eviction subresource does not support."
        )
    if budgets and _counts(budgets[0], pod):
        _decrement(core, call, budgets[0], pod, deletion)


def _counts(budget: Object, pod: Object) -> bool:
    """Whether the budget has a say: pods that are not ready may be free to go."""
    if is_condition_true(pod, "Ready"):
        return True
    status = budget.get("status") or {}
    if (budget.get("spec") or {}).get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return False
    desired = status.get("desiredHealthy", 0)
    return not (desired > 0 and status.get("currentHealthy", 0) >= desired)


def _decrement(
    core: Core, call: Call, budget: Object, pod: Object, deletion: DeleteOptions
) -> None:
    status, name = budget.setdefault("status", {}), budget["metadata"]["name"]
    if (status.get("observedGeneration") or 0) < (budget["metadata"].get("generation") or 0):
        text = f"The disruption budget {name} is still being processed by the server."
        raise _refused(text, _RETRY_SECONDS)
    if len(status.get("disruptedPods") or {}) > _DISRUPTED_MAX:
        text = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        raise _refused(text, 0)
    allowed = status.get("disruptionsAllowed", 0)
    if allowed < 0:
        raise _refused("pdb disruptions allowed is negative", 0)
    if allowed == 0:
        needed, current = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        text = (
            f"The disruption budget {name} needs {needed} healthy pods and has {current} currently"
        )
        raise _refused(text, 0)
    if deletion.dry_run:
        return
    status["disruptionsAllowed"] = allowed - 1
    if allowed == 1:
        set_condition(
            budget,
            "DisruptionAllowed",
            "False",
            now=format_time(call.now_ms),
            reason="InsufficientPods",
            observed_generation=status.get("observedGeneration"),
        )
        for condition in status["conditions"]:
            condition.setdefault("message", "")
    disrupted: dict[str, Any] = {**(status.get("disruptedPods") or {})}
    disrupted[pod["metadata"]["name"]] = format_time(call.now_ms)
    status["disruptedPods"] = disrupted
    kind = core.kinds.by_resource(_BUDGETS)
    assert kind is not None, "disruption budgets are always served"
    entry = core.objects.entry(kind, call.request.namespace, budget["metadata"]["name"])
    assert entry is not None, "the budget was just read"
    core.objects.replace(kind, budget, entry, call.user.name, call.request.cause)


def _refused(text: str, retry_seconds: int) -> ApiError:
    error = too_many_requests(
        "Cannot evict pod as it would violate the pod's disruption budget.", retry_seconds
    )
    assert error.details is not None, "a refusal has details"
    error.details["causes"] = [{"reason": "DisruptionBudget", "message": text}]
    return error


def _marked(core: Core, call: Call, pod: Object, entry: Entry, deletion: DeleteOptions) -> Entry:
    """The pod gets a DisruptionTarget condition before it is deleted."""
    if deletion.dry_run or is_terminal(pod):
        return entry
    set_condition(
        pod,
        "DisruptionTarget",
        "True",
        now=format_time(call.now_ms),
        reason="EvictionByEvictionAPI",
        message="Eviction API: evicting",
    )
    return core.objects.replace(call.kind, pod, entry, call.user.name, call.request.cause)


HANDLERS: Final[Handlers] = {"create": create_eviction}
