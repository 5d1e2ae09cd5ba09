"""The behaviour annotation: one line that says what a simulated container shall do.

    tuik8s.dev/behaviour: run 30s then exit 1
    tuik8s.dev/behaviour: ready after 5s; log "working" every 10s
    tuik8s.dev/behaviour.sidecar: crash after 2s          (for the container named sidecar alone)

Clauses are separated by `;`:

    run DURATION then exit CODE      crash after DURATION       out of memory after DURATION
    start after DURATION             ready after DURATION       never ready
    ready DURATION later             (than it would be otherwise)
    pull takes DURATION              pull fails
    stop takes DURATION              ignores stop
    log "TEXT" [at DURATION] [every DURATION]
    answer STATUS ["TEXT"]           requests cost DURATION     (of processor time, each)
    cpu QUANTITY [at DURATION]       memory QUANTITY [at DURATION]

Source: our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tuik8s.api.numbers import parse_int
from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.times import parse_duration
from tuik8s.components.kubelet.program import Level, Program, Writes
from tuik8s.world.network import HttpAnswer, HttpRequest

ANNOTATION = "tuik8s.dev/behaviour"

_TIME = r"(\S+)"
_OUT_OF_MEMORY_CODE = 137
_EXIT_CODE_MAX = 255


class BadBehaviour(ValueError):
    """A clause that does not read; the message quotes it and lists what can stand there."""


def change(program: Program, text: str) -> None:
    """Change a program as the annotation says. Raises BadBehaviour."""
    for clause in _clauses(text):
        for pattern, apply in _CLAUSES:
            match = pattern.fullmatch(clause)
            if match:
                _apply(clause, match, apply, program)
                break
        else:
            known = "; ".join(sorted(p.pattern.split(r"\s+")[0].strip("(?:") for p, _ in _CLAUSES))
            raise BadBehaviour(
                f"behaviour {clause!r} is not understood; clauses begin with: {known}"
            )


def _apply(
    clause: str,
    match: re.Match[str],
    apply: Callable[[Program, re.Match[str]], None],
    program: Program,
) -> None:
    try:
        apply(program, match)
    except ValueError as problem:
        raise BadBehaviour(f"behaviour {clause!r}: {problem}") from problem


def _clauses(text: str) -> list[str]:
    """Split at semicolons outside quotes."""
    parts = re.findall(r'(?:[^;"]|"[^"]*")+', text)
    return [part.strip() for part in parts if part.strip()]


def _time_ms(text: str) -> int:
    time_ms = parse_duration(text)
    if time_ms < 0:
        raise ValueError(f"a time may not be negative: {text}")
    return time_ms


def _run(program: Program, match: re.Match[str]) -> None:
    code = parse_int(match[2])
    if code is None or code > _EXIT_CODE_MAX:
        raise ValueError(f"{match[2]} is no exit code, which is 0 to {_EXIT_CODE_MAX}")
    program.exit_after_ms, program.exit_code = _time_ms(match[1]), code


def _crash(program: Program, match: re.Match[str]) -> None:
    program.exit_after_ms, program.exit_code = _time_ms(match[1]), 1


def _out_of_memory(program: Program, match: re.Match[str]) -> None:
    program.exit_after_ms, program.exit_code = _time_ms(match[1]), _OUT_OF_MEMORY_CODE
    program.exit_reason = "OOMKilled"


def _start(program: Program, match: re.Match[str]) -> None:
    program.start_ms = _time_ms(match[1])


def _ready(program: Program, match: re.Match[str]) -> None:
    program.ready_after_ms = _time_ms(match[1])


def _ready_later(program: Program, match: re.Match[str]) -> None:
    if program.ready_after_ms is not None:
        program.ready_after_ms += parse_duration(match[1])


def _unhealthy(program: Program, match: re.Match[str]) -> None:
    program.unhealthy_after_ms = _time_ms(match[1])


def _never_ready(program: Program, match: re.Match[str]) -> None:
    program.ready_after_ms = None


def _pull(program: Program, match: re.Match[str]) -> None:
    program.pull_ms = _time_ms(match[1])


def _pull_fails(program: Program, match: re.Match[str]) -> None:
    program.pull_error = "not found"


def _stop(program: Program, match: re.Match[str]) -> None:
    program.stop_takes_ms = _time_ms(match[1])


def _ignores_stop(program: Program, match: re.Match[str]) -> None:
    program.ignores_stop = True


def _log(program: Program, match: re.Match[str]) -> None:
    at_ms = _time_ms(match[2]) if match[2] else 0
    every_ms = _time_ms(match[3]) if match[3] else 0
    program.writes.append(Writes(match[1], at_ms or every_ms, every_ms))


def _answer(program: Program, match: re.Match[str]) -> None:
    status = parse_int(match[1])
    if status is None or not 100 <= status <= 599:
        raise ValueError(f"{match[1]} is no HTTP status")
    body = (match[2] or "").encode()

    def answer(request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(status, body)

    program.answer = answer


def _cpu(program: Program, match: re.Match[str]) -> None:
    _set_level(program.cpu_millis, cpu_millis(match[1]), match[2])


def _memory(program: Program, match: re.Match[str]) -> None:
    _set_level(program.memory_bytes, value_of(match[1]), match[2])


def _set_level(levels: list[Level], amount: int, at: str | None) -> None:
    if amount < 0:
        raise ValueError("usage may not be negative")
    at_ms = _time_ms(at) if at else 0
    levels[:] = sorted(
        (*(level for level in levels if level.at_ms != at_ms), Level(amount, at_ms)),
        key=lambda level: level.at_ms,
    )


def _request_cost(program: Program, match: re.Match[str]) -> None:
    program.request_cpu_ms = _time_ms(match[1])


_CLAUSES: tuple[tuple[re.Pattern[str], Callable[[Program, re.Match[str]], None]], ...] = tuple(
    (re.compile(pattern), apply)
    for pattern, apply in (
        (rf"run\s+{_TIME}\s+then\s+exit\s+(\d+)", _run),
        (rf"crash\s+after\s+{_TIME}", _crash),
        (rf"out\s+of\s+memory\s+after\s+{_TIME}", _out_of_memory),
        (rf"start\s+after\s+{_TIME}", _start),
        (rf"ready\s+after\s+{_TIME}", _ready),
        (rf"ready\s+{_TIME}\s+later", _ready_later),
        (r"never\s+ready", _never_ready),
        (rf"unhealthy\s+after\s+{_TIME}", _unhealthy),
        (rf"pull\s+takes\s+{_TIME}", _pull),
        (r"pull\s+fails", _pull_fails),
        (rf"stop\s+takes\s+{_TIME}", _stop),
        (r"ignores\s+stop", _ignores_stop),
        (rf'log\s+"([^"]*)"(?:\s+at\s+{_TIME})?(?:\s+every\s+{_TIME})?', _log),
        (r'answer\s+(\d+)(?:\s+"([^"]*)")?', _answer),
        (rf"requests\s+cost\s+{_TIME}", _request_cost),
        (rf"cpu\s+(\S+)(?:\s+at\s+{_TIME})?", _cpu),
        (rf"memory\s+(\S+)(?:\s+at\s+{_TIME})?", _memory),
    )
)
