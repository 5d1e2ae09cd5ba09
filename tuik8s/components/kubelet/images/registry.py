"""The images that the `sim` runtime knows, by short name; every other one is `unknown`."""

from __future__ import annotations

from tuik8s.components.kubelet.images import agnhost, busybox, nginx, pause, unknown
from tuik8s.components.kubelet.images.base import Image, short_name

IMAGES: dict[str, Image] = {
    "agnhost": agnhost.program,
    "alpine": busybox.program,
    "busybox": busybox.program,
    "nginx": nginx.program,
    "pause": pause.program,
}

PORTS: dict[str, tuple[int, ...]] = {"nginx": (80,)}
"""What an image listens on although its pod declares no port."""


def image_of(name: str) -> Image:
    return IMAGES.get(short_name(name), unknown.program)
