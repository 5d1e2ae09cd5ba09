"""Effects in a simulated world: a request to a kubelet is a call over the simulated network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tuik8s.components.apiserver.effects import Fetched, KubeletCall
from tuik8s.world.network import Address, HttpAnswer, HttpRequest, Network, Refused

KUBELET_PORT: Final = 10250
_OWN: Final = Address("apiserver", 0)
_Connect = Callable[[Address, Address, HttpRequest], HttpAnswer]


def simulated_performers(network: Network) -> dict[type, Any]:
    """Performers over a network that can be asked at once; none over a real one."""
    connect: _Connect | None = getattr(network, "connect", None)
    if connect is None:
        return {}

    def ask_kubelet(effect: KubeletCall, resume: Callable[[Any], None]) -> None:
        request = HttpRequest(effect.method, effect.path, {}, effect.body)
        try:
            answer = connect(_OWN, Address(f"kubelet.{effect.node}", KUBELET_PORT), request)
        except Refused as refused:
            resume(Fetched(0, error=str(refused)))
            return
        resume(Fetched(answer.status, answer.body, "", dict(answer.headers)))

    return {KubeletCall: ask_kubelet}
