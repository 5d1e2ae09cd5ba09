"""The images that the `sim` runtime knows, by short name; every other one is `unknown`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuik8s.components.kubelet.images import agnhost, argocd, busybox, nginx, pause, unknown
from tuik8s.components.kubelet.images.base import Image, short_name

IMAGES: dict[str, Image] = {
    "agnhost": agnhost.program,
    "alpine": busybox.program,
    "argocd": argocd.program,
    "busybox": busybox.program,
    "nginx": nginx.program,
    "pause": pause.program,
}

PORTS: dict[str, Callable[[Sequence[str]], tuple[int, ...]]] = {
    "agnhost": agnhost.ports,
    "nginx": lambda words: (80,),
}
"""What an image, given its command and arguments, listens on although no port is declared."""


def image_of(name: str) -> Image:
    return IMAGES.get(short_name(name), unknown.program)
