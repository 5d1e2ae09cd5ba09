"""Old ReplicaSets beyond `revisionHistoryLimit` are deleted, oldest revision first.

Source: k8s.io/kubernetes pkg/controller/deployment/sync.go (`cleanupDeployment`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import generation_of, is_deleting, name_of, namespace_of, uid_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Delete, Write
from tuik8s.components.controllers.deployment.revisions import revision_number
from tuik8s.components.controllers.parts.workloads import count, creation_order, replicas_of

_NO_LIMIT = 2**31 - 1


def surplus_deletions(deployment: Object, old: Sequence[Object]) -> tuple[Write, ...]:
    limit = deployment["spec"].get("revisionHistoryLimit")
    if limit is None or limit == _NO_LIMIT:
        return ()
    alive = [rs for rs in old if not is_deleting(rs)]
    alive.sort(key=lambda rs: (revision_number(rs), creation_order(rs)))
    return tuple(
        Delete(
            resource="replicasets.apps",
            namespace=namespace_of(rs),
            name=name_of(rs),
            uid=uid_of(rs),
        )
        for rs in alive[: max(0, len(alive) - limit)]
        if _is_empty(rs)
    )


def _is_empty(rs: Object) -> bool:
    seen = count(rs, "observedGeneration") >= generation_of(rs)
    return seen and count(rs, "replicas") == 0 and replicas_of(rs) == 0
