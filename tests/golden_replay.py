"""Replays recorded conversations with a real Kubernetes 1.36.3 against a server of ours.

`tests/golden/golden.py` is the recorder's own tool and the measure. A case that differs on purpose
or not yet is listed in `tests/golden/<area>/shortfall.json`, each step with its reason: a step that
is no longer the same fails the test, and so does a listed one that has become the same (take it off
the list).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"
TOKENS = (
    'admin-token,admin,1001,"system:masters"\nalice-token,alice,1002,"dev"\n'
    'bob-token,bob,1003,"ops"\n'
)
USERS = {"admin": "admin-token", "alice": "alice-token", "bob": "bob-token"}
START_SECONDS = 30


@cache
def tool() -> types.ModuleType:
    """The recorder's module."""
    spec = util.spec_from_file_location("golden_tool", FOLDER / "golden.py")
    assert spec is not None, "golden.py is beside the cases"
    assert spec.loader is not None, "a file has a loader"
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cases(area: str) -> list[str]:
    """Names of the cases of an area."""
    paths = (FOLDER / area).glob("*.json")
    return sorted(path.stem for path in paths if path.stem != "shortfall")


@cache
def shortfall(area: str) -> dict[str, dict[str, str]]:
    """Case -> step that is known to differ -> why."""
    path = FOLDER / area / "shortfall.json"
    return json.loads(path.read_text()) if path.exists() else {}


@contextlib.contextmanager
def served(data: Path) -> Iterator[str]:
    """An API server alone in a process of its own; gives its URL."""
    tokens = data / "tokens.csv"
    tokens.write_text(TOKENS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tuik8s.components.apiserver"]
    command += ["--listen", f"127.0.0.1:{port}", "--data", str(data / "data")]
    command += ["--token-auth-file", str(tokens)]
    with (data / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_until_ready(port, process)
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    context = ssl._create_unverified_context()
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not become ready")


def replay(server_url: str, area: str, name: str) -> dict[str, list[str]]:
    """Step -> how our answer differs; empty when the whole case is the same."""
    golden: Any = tool()
    case = json.loads((FOLDER / area / f"{name}.json").read_text())
    server = golden.Server(server_url, USERS, None)
    namespace = golden.namespace(case, "xours")
    want_normal, got_normal = golden.Normal(case["namespace"]), golden.Normal(namespace)
    bad: dict[str, list[str]] = {}
    try:
        for index, step, answer in golden.run_case(server, case, namespace):
            want = golden.comparable(want_normal, step, step["expect"])
            got = golden.comparable(got_normal, step, answer)
            found = golden.differences(want, got)
            if found:
                bad[str(step.get("id", index))] = found
    except (KeyError, TypeError, IndexError) as error:
        bad["aborted"] = [repr(error)]
    return bad


def check(server_url: str, area: str, name: str) -> None:
    """Fail when other steps differ than the listed ones."""
    bad = replay(server_url, area, name)
    listed = shortfall(area).get(name, {})
    lines = [f"{step}: {text}" for step, texts in bad.items() for text in texts]
    assert sorted(bad) == sorted(listed), "\n".join([f"listed: {listed}", *lines])


def main() -> None:
    """Write the shortfall list of an area as it is now: `python -m tests.golden_replay AREA DIR`.

    A step that was listed keeps its reason; a new one needs one.
    """
    area, data = sys.argv[1], Path(sys.argv[2])
    with served(data) as url:
        found = {name: sorted(replay(url, area, name)) for name in cases(area)}
    known = shortfall(area)
    listed = {
        name: {step: known.get(name, {}).get(step, "") for step in steps}
        for name, steps in found.items()
        if steps
    }
    (FOLDER / area / "shortfall.json").write_text(json.dumps(listed, indent=1) + "\n")
    steps_count = sum(len(steps) for steps in listed.values())
    print(f"{area}: {len(listed)} of {len(found)} cases differ in {steps_count} steps")


if __name__ == "__main__":
    main()
