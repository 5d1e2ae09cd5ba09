"""argocd: servers answer HTTP; `admin redis-initial-password` makes the Secret that they read.

Source: argoproj/argo-cd cmd/argocd/commands/admin/redis_initial_password.go (name and key of the
Secret).
"""

from __future__ import annotations

import base64
import hashlib

from tuik8s.api.types import Object
from tuik8s.components.kubelet.images.base import server
from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import StartContainer


def program(order: StartContainer) -> Program:
    made = server(order)
    if "redis-initial-password" in (*order.command, *order.args):
        made.creates.append(_password(order))
        made.exit_after_ms = 0
    return made


def _password(order: StartContainer) -> Object:
    """A password that differs from cluster to cluster, and not from run to run of a seed."""
    password = hashlib.sha256(order.id.encode()).hexdigest()[:32]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "argocd-redis"},
        "type": "Opaque",
        "data": {"auth": base64.b64encode(password.encode()).decode()},
    }
