"""Which of what matches a fault hits: from `target`, `selector` and `count` to single targets.

    node/NAME  pod/NAME  pod/NAMESPACE/NAME  service/NAME  component/NAME    the one of that name
    nodes  pods  services                       all that `selector` matches, in `namespace`
    deployment/NAME (replicaset, statefulset, daemonset, job)               the pods of a workload
    count: 2, count: 50%                        so many of them, drawn by the fault's seed

Pods that are not counted stay a pattern, which also means those that come later. The draw ranks
names by their hash with the seed, so it is the same for the same names, whatever else there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from tuik8s.components.chaos.base import Action, FaultSpec
from tuik8s.components.chaos.shape import WORKLOADS, Refused, Shape, Thing, within
from tuik8s.components.chaos.targets import namespace_and_name

PLURALS = {"nodes": "node", "pods": "pod", "services": "service"}
_BY_PARTY = frozenset(("component", "node"))


def resources_read(spec: FaultSpec, action: Action) -> tuple[str, ...]:
    """The resources of the API that have to be known to choose the targets of a fault."""
    kind = spec.target.partition("/")[0]
    found = list(action.reads)
    if kind in WORKLOADS and "pod" in action.targets:
        found.append(WORKLOADS[kind])
    if kind in PLURALS:
        found.append(kind)
    return tuple(dict.fromkeys(found))


def choose(spec: FaultSpec, action: Action, shape: Shape, seed: int) -> list[FaultSpec]:
    """The fault on each of its targets. Raises Refused."""
    kind = spec.target.partition("/")[0]
    is_workload = kind in WORKLOADS and "pod" in action.targets
    if is_workload:
        spec = _pods_of(spec, shape.one(kind, *namespace_and_name(spec)))
    many = PLURALS.get(spec.target, "")
    if many in action.targets:
        return _among_many(spec, many, shape, seed, may_be_none=is_workload)
    if spec.selector or spec.count != "":
        plurals = " or ".join(p for p, one in PLURALS.items() if one in action.targets)
        hint = f"with target: {plurals}" if plurals else f"and {spec.action} breaks only one"
        raise Refused(f"selector and count choose among many, {hint}")
    if kind in ("pod", "service") and kind in action.targets:
        return [
            msgspec.structs.replace(spec, target=shape.one(kind, *namespace_and_name(spec)).place)
        ]
    if not _BY_PARTY.intersection(action.targets):
        raise Refused(f"target {spec.target!r} is no {_options(action)}")
    return [spec]  # the plan knows what parties there are


def _among_many(
    spec: FaultSpec, kind: str, shape: Shape, seed: int, *, may_be_none: bool
) -> list[FaultSpec]:
    namespace = "*" if kind == "node" else spec.namespace
    found = shape.of(kind, namespace, spec.selector)
    if not found and not may_be_none:
        what = f" matches {spec.selector!r}" if spec.selector else ""
        raise Refused(f"no {kind}{within(namespace)}{what}; {shape.known(kind, namespace)}")
    if kind == "pod" and spec.count == "":  # 0 is a count, and refused
        return [spec]
    return again(spec, drawn([thing.place for thing in found], spec.count, seed))


def again(spec: FaultSpec, places: Sequence[str]) -> list[FaultSpec]:
    """The fault on targets that were chosen before."""
    return [msgspec.structs.replace(spec, target=p, selector="", count="") for p in places]


def drawn(names: Sequence[str], count: int | str, seed: int) -> list[str]:
    """As many of the names as count says, in their order; all when it is "". Raises Refused."""
    number = _number(count, len(names))
    ranked = sorted(names, key=lambda name: sha256(f"{seed}:{name}".encode()).digest())
    kept = set(ranked[:number])
    return [name for name in names if name in kept]


def _number(count: int | str, of: int) -> int:
    text = str(count)
    if not text:
        return of
    digits = text.removesuffix("%")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9 and int(digits)):
        raise Refused(f"count {count!r} is neither a number such as 2 nor a share such as 50%")
    if text.endswith("%"):
        return -(-of * min(int(digits), 100) // 100)
    return min(int(digits), of)


def _pods_of(spec: FaultSpec, workload: Thing) -> FaultSpec:
    if spec.selector:
        raise Refused(f"{spec.target} chooses by its own selector; leave out selector")
    return msgspec.structs.replace(
        spec, target="pods", namespace=workload.namespace, selector=workload.selector
    )


def _options(action: Action) -> str:
    plurals = [p for p, one in PLURALS.items() if one in action.targets]
    named = [f"{kind}/NAME" for kind in action.targets]
    if "pod" in action.targets:
        plurals += [f"{kind}/NAME" for kind in WORKLOADS]
    return f"target of this action; there are: {', '.join((*named, *plurals))}"
