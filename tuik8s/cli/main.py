"""The command `tuik8s`: find the subcommand, import it alone, run it.

Each command is one file with `add_arguments(parser)` and `run(args) -> exit code`; `registry.py`
lists them. Exit codes: 0 done, 1 the answer is no (a failed scenario), 2 it could not be done,
130 Ctrl+C, 141 nobody reads the output any more.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from types import ModuleType

from tuik8s.cli.registry import COMMANDS, DEFAULT

DESCRIPTION = "A Kubernetes cluster you can see, break and rewind, in your terminal."

MENDABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE)
"""What is wrong with the machine, or with what we may do on it: no defect of ours."""
PIPE_CLOSED = 141
"""As a shell tells of a process that SIGPIPE ended: a verdict that nobody read is no success."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; never a traceback for what the user can mend."""
    if not __debug__:
        print("tuik8s: python -O removes checks that the cluster relies on", file=sys.stderr)
        return 2
    words = sys.argv[1:] if argv is None else argv
    try:
        code = _dispatch(words)
        sys.stdout.flush()  # here, where a reader that went away is no traceback
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def _dispatch(words: list[str]) -> int:
    from tuik8s.cli.moments import glued
    from tuik8s.components.supervisor.directory import Refusal

    name = words[0] if words and not words[0].startswith("-") else ""
    if words[:1] in (["-h"], ["--help"]):
        _top_parser().print_help()
        return 0
    if words[:1] == ["--version"]:
        from tuik8s import __version__

        print(f"tuik8s {__version__}")
        return 0
    if name and name not in COMMANDS:
        _top_parser().error(_unknown(name))
    command = _load(name or DEFAULT)
    parser = argparse.ArgumentParser(
        prog=f"tuik8s {name}".strip(),
        description=command.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    intermixed = getattr(command, "INTERMIXED", False)
    parse = parser.parse_intermixed_args if intermixed else parser.parse_args
    args = parse(glued(words[1:] if name else words))
    try:
        return int(command.run(args))
    except Refusal as refusal:
        print(f"tuik8s: {refusal}", file=sys.stderr)
    except OSError as problem:
        if problem.errno not in MENDABLE:
            raise
        what = problem.filename or name or DEFAULT
        print(f"tuik8s: {what}: {problem.strerror}", file=sys.stderr)
    return 2


def _load(name: str) -> ModuleType:
    return importlib.import_module(COMMANDS[name].module)


def _unknown(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"no command {name!r}{hint} (tuik8s --help lists them)"


def _top_parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    rows = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return argparse.ArgumentParser(
        prog="tuik8s",
        usage="tuik8s [COMMAND] [OPTIONS]   (no command: start a cluster and open the dashboard)",
        description=DESCRIPTION,
        epilog="commands:\n" + "\n".join(rows) + "\n\ntuik8s COMMAND --help explains each one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


if __name__ == "__main__":
    sys.exit(main())
