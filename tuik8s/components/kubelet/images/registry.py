"""The images that the `sim` runtime knows, by short name; every other one is `unknown`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuik8s.components.kubelet.images import agnhost, argocd, busybox, nginx, pause, unknown
from tuik8s.components.kubelet.images.base import Image, short_name
from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import StartContainer

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


def program_of(order: StartContainer) -> Program:
    """What a container does. One that has input and runs a command that we know really reads it;
    an image that we do not know runs `sh` for who asks it for a terminal and for nothing else.
    """
    made = image_of(order.image)(order)
    if not order.has_input:
        return made
    words = (*order.command, *order.args)
    if not words and (order.has_terminal or IMAGES.get(short_name(order.image)) is busybox.program):
        words = ("sh",) if short_name(order.image) not in PORTS else ()
    if words and words[0].rpartition("/")[2] in made.commands:
        return Program(command=words, commands=made.commands, stop_exit_code=137)
    return made
