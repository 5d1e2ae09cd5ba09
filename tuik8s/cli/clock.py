"""The clock of a cluster: how fast time goes in it, for all its processes.

tuik8s clock                what time it is there, and how fast it goes
tuik8s clock pause          time stands; requests are still answered
tuik8s clock 10             ten times as fast as real time (at most 100); 0.5 is half as fast
tuik8s clock step 30s       let thirty seconds pass, fast, then stand
tuik8s clock resume         real time again
"""

from __future__ import annotations

import argparse
import time

from tuik8s.cli.arguments import add_cluster, require_running
from tuik8s.components.supervisor.clock import clock_of, set_clock
from tuik8s.components.supervisor.directory import Refusal, Running

RATE_MAX = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="", help="pause, resume, step, or a rate")
    parser.add_argument("duration", nargs="?", default="", help="step: for how long, such as 30s")
    add_cluster(parser)


def run(args: argparse.Namespace) -> int:
    _, running = require_running(args)
    if args.what == "step":
        set_clock(running.runtime, step_ms=_duration_ms(args.duration))
    elif args.duration:
        raise Refusal(f"only step takes a duration: tuik8s clock step {args.duration}")
    elif args.what:
        set_clock(running.runtime, rate=_rate(args.what))
    _tell(running)
    return 0


def _tell(running: Running) -> None:
    from tuik8s.api.times import format_time

    clock, now_ns = clock_of(running.runtime), time.monotonic_ns()
    now_ms = clock.at(now_ns)
    if clock.stop_at_ms and now_ms < clock.stop_at_ms:
        pace = f"goes on until {format_time(clock.stop_at_ms)}, then stands"
    elif clock.stop_at_ms or clock.rate == 0:
        pace = "stands; tuik8s clock resume lets it go on"
    else:
        pace = f"goes at {clock.rate / 1000:g} times real time"
    print(f"{format_time(now_ms)}  {pace}")


def _rate(word: str) -> int:
    named = {"pause": 0.0, "resume": 1.0}
    try:
        rate = named[word] if word in named else float(word)
    except ValueError:
        raise Refusal(
            f"clock takes pause, resume, step or a rate such as 10, not {word!r}"
        ) from None
    if not 0 <= rate <= RATE_MAX:
        raise Refusal(f"a rate is between 0 and {RATE_MAX}, not {word}")
    return round(rate * 1000)


def _duration_ms(text: str) -> int:
    from tuik8s.api.times import parse_duration

    try:
        duration_ms = parse_duration(text)
    except ValueError:
        duration_ms = 0
    if duration_ms <= 0:
        raise Refusal(f"step takes a duration such as 30s or 5m, not {text!r}")
    return duration_ms
