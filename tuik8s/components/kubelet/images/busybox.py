"""busybox: runs a small shell: echo, sleep, exit, true, false, and endless loops around them.

A word that the shell does not know ends with code 127, as in a real one; `;`, `&&` and newlines
separate commands. That covers what manifests usually put behind `sh -c`.
"""

from __future__ import annotations

import re
import shlex

from tuik8s.api.times import parse_duration
from tuik8s.components.kubelet.program import Program, Writes
from tuik8s.components.kubelet.runtimes.base import StartContainer

NOT_FOUND_CODE = 127
LOOP = re.compile(r"while\s+(?:true|:)\s*;\s*do\s+(.*?);?\s*done", re.DOTALL)
_FOREVER = ("tail", "httpd", "nc", "top", "cat", "watch", "ping")
_SILENT = ("true", ":", "trap", "set", "export", "cd", "mkdir", "touch", "rm", "chmod", "wait")


def program(order: StartContainer) -> Program:
    words = [*order.command, *order.args]
    if not words or (words[0] in ("sh", "/bin/sh") and len(words) == 1):
        return Program(exit_after_ms=0)
    if words[0].rpartition("/")[2] in ("sh", "ash", "bash") and "-c" in words:
        script = words[words.index("-c") + 1]
    else:
        script = shlex.join(words)
    return run_script(script, order.env)


def run_script(script: str, env: dict[str, str]) -> Program:
    """The program that a shell script amounts to."""
    result = Program(stop_exit_code=137, ignores_stop=False)
    at_ms = 0
    head, loop, _ = _split_loop(script)
    for command in _commands(head):
        at_ms, code = _step(command, env, at_ms, result.writes)
        if code is not None:
            if code >= 0:
                result.exit_after_ms, result.exit_code = at_ms, code
            return result
    if loop:
        _repeat(loop, env, at_ms, result)
        return result
    result.exit_after_ms = at_ms
    return result


def _split_loop(script: str) -> tuple[str, str, str]:
    match = LOOP.search(script)
    if match is None:
        return script, "", ""
    return script[: match.start()], match[1], script[match.end() :]


def _commands(script: str) -> list[list[str]]:
    parsed = []
    for part in re.split(r";|&&|\n", script):
        try:
            words = shlex.split(part)
        except ValueError:
            words = part.split()
        if words:
            parsed.append(words)
    return parsed


def _step(
    words: list[str], env: dict[str, str], at_ms: int, writes: list[Writes]
) -> tuple[int, int | None]:
    """Run one command.

    The time after it, and the exit code if it ends the script (-1: never ends).
    """
    name = words[0].rpartition("/")[2]
    rest = words[1:]
    if name == "echo":
        if ">" not in rest:
            writes.append(Writes(_expand(" ".join(rest), env), at_ms))
        return at_ms, None
    if name == "sleep":
        if rest and rest[0] in ("infinity", "inf"):
            return at_ms, -1
        return at_ms + _sleep_ms(rest[0] if rest else "0"), None
    if name in ("exit", "false"):
        code = (
            int(rest[0]) if name == "exit" and rest and rest[0].isdigit() else int(name == "false")
        )
        return at_ms, code
    if name in _FOREVER:
        return at_ms, -1
    if name in _SILENT:
        return at_ms, None
    writes.append(Writes(f"sh: {name}: not found", at_ms))
    return at_ms, NOT_FOUND_CODE


def _sleep_ms(text: str) -> int:
    try:
        return int(float(text) * 1000)
    except ValueError:
        return parse_duration(text.replace("d", "h")) * (24 if text.endswith("d") else 1)


def _repeat(body: str, env: dict[str, str], at_ms: int, result: Program) -> None:
    """An endless loop: what it writes in one round is written again every round."""
    writes: list[Writes] = []
    end_ms = at_ms
    for command in _commands(body):
        end_ms, code = _step(command, env, end_ms, writes)
        if code is not None:
            if code >= 0:
                result.exit_after_ms, result.exit_code = end_ms, code
            result.writes.extend(writes)
            return
    period_ms = max(end_ms - at_ms, 1000)
    result.writes.extend(Writes(line.text, line.at_ms, period_ms) for line in writes)


def _expand(text: str, env: dict[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda match: env.get(match[1], ""), text)
