"""The subresources: those of every kind by name, the others by resource and name."""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.subresources import (
    approval,
    attach,
    binding,
    connections,
    ephemeral_containers,
    eviction,
    exec,  # noqa: A004
    finalize,
    log,
    node_proxy,
    port_forward,
    resize,
    scale,
    status,
    token,
)
from tuik8s.components.apiserver.subresources.base import Handlers

ANY_KIND: Final[dict[str, Handlers]] = {"status": status.HANDLERS, "scale": scale.HANDLERS}

_CSRS: Final = "certificatesigningrequests.certificates.k8s.io"

SUBRESOURCES: Final[dict[tuple[str, str], Handlers]] = {
    ("namespaces", "finalize"): finalize.HANDLERS,
    ("pods", "binding"): binding.HANDLERS,
    ("pods", "eviction"): eviction.HANDLERS,
    ("pods", "ephemeralcontainers"): ephemeral_containers.HANDLERS,
    ("pods", "resize"): resize.HANDLERS,
    ("pods", "log"): log.HANDLERS,
    ("pods", "exec"): exec.HANDLERS,
    ("pods", "attach"): attach.HANDLERS,
    ("pods", "portforward"): port_forward.HANDLERS,
    ("pods", "proxy"): connections.HANDLERS,
    ("services", "proxy"): connections.HANDLERS,
    ("nodes", "proxy"): node_proxy.handlers(connections.HANDLERS),
    ("serviceaccounts", "token"): token.HANDLERS,
    (_CSRS, "approval"): approval.HANDLERS,
}
