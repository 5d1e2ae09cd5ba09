"""busybox and its like: a shell that runs what manifests put behind `sh -c` (see shell.py)."""

from __future__ import annotations

import re
import shlex

from tuik8s.components.kubelet.images.shell import run_script
from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import StartContainer

_SHELLS = ("sh", "ash", "bash")
_SCRIPT_FLAG = re.compile(r"-[a-z]*c")


def program(order: StartContainer) -> Program:
    words = [*order.command, *order.args]
    shell = words[0].rpartition("/")[2] if words else "sh"
    if shell in _SHELLS and len(words) <= 1:
        return Program(exit_after_ms=0)
    env = {"HOSTNAME": order.pod, **order.env}
    flags = [i for i, word in enumerate(words) if _SCRIPT_FLAG.fullmatch(word)]
    if shell in _SHELLS and flags and flags[0] + 1 < len(words):
        stops = any("e" in word for word in words[1 : flags[0] + 1] if word.startswith("-"))
        return run_script(words[flags[0] + 1], env, stops_on_error=stops)
    return run_script(shlex.join(words), env)
