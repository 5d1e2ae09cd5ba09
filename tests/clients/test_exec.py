"""Commands in pods from outside: every kubectl of this machine, and the Python client."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.clients.live import KUBECTLS, Live, needs_kubectl, until

pytestmark = [pytest.mark.real, pytest.mark.slow, needs_kubectl]


@pytest.fixture(scope="module")
def web(cluster: Live) -> Live:
    cluster.kubectl("run", "web", "--image=nginx")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/web")
    return cluster


def ask(
    live: Live, kubectl: str, *words: str, stdin: str | None = None, **env: str
) -> list[object]:
    """[exit code, stdout, stderr] of kubectl exec."""
    done = subprocess.run(
        [kubectl, "exec", *words],
        env={**live.env, **env},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return [done.returncode, done.stdout, done.stderr]


@pytest.mark.parametrize("sockets", ["true", "false"])
@pytest.mark.parametrize("kubectl", KUBECTLS, ids=lambda path: Path(path).name)
def test_kubectl_gets_output_and_exit_code(web: Live, kubectl: str, sockets: str) -> None:
    way = {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS": sockets}
    script = "echo out; echo err >&2; exit 3"
    code, out, err = ask(web, kubectl, "web", "--", "sh", "-c", script, **way)
    assert (code, out) == (3, "out\n")
    assert err == "err\ncommand terminated with exit code 3\n"
    assert ask(web, kubectl, "-i", "web", "--", "wc", "-l", stdin="a\nb\n", **way)[1] == "2\n"


def test_refusals_are_upstreams_words(web: Live) -> None:
    assert ask(web, "kubectl", "none", "--", "ls") == [
        1, "", 'Error from server (NotFound): pods "none" not found\n'
    ]  # fmt: skip
    code, _, err = ask(web, "kubectl", "web", "-c", "x", "--", "ls")
    assert (code, "container x is not valid for pod web" in str(err)) == (1, True)
    code, _, err = ask(web, "kubectl", "--as=nobody", "web", "--", "ls")
    assert (code, 'cannot get resource "pods" in API group' in str(err)) == (1, True)


def test_exec_needs_create_even_where_get_is_allowed(web: Live) -> None:
    for resource in ("pods", "pods/exec"):
        name = resource.replace("/", "-")
        web.kubectl("create", "role", f"get-{name}", "--verb=get", f"--resource={resource}")
        web.kubectl("create", "rolebinding", f"get-{name}", f"--role=get-{name}", "--user=looker")
    code, _, err = ask(web, "kubectl", "--as=looker", "web", "--", "ls")
    assert code == 1
    assert 'cannot create resource "pods/exec"' in str(err)


def test_a_terminal(web: Live) -> None:
    pid, screen = pty.fork()
    if pid == 0:
        os.execvpe("kubectl", ["kubectl", "exec", "-it", "web", "--", "sh"], web.env)
    seen = b""

    def shows(text: bytes) -> bool:
        nonlocal seen
        seen += os.read(screen, 4096)
        return text in seen

    until(lambda: shows(b"/ # "))
    os.write(screen, b"echo $((40 + 2))\r")
    until(lambda: shows(b"\r\n42\r\n/ # "))
    os.write(screen, b"\x04")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(screen)


def test_the_python_client(web: Live) -> None:
    kubernetes = pytest.importorskip("kubernetes")
    stream = pytest.importorskip("kubernetes.stream").stream

    api = kubernetes.client.CoreV1Api(
        kubernetes.config.new_client_from_config(web.env["KUBECONFIG"])
    )
    call = api.connect_get_namespaced_pod_exec
    flags = {"stdin": True, "stdout": True, "stderr": True, "_preload_content": False}
    running = stream(call, "web", "default", command=["sh"], **flags)
    running.write_stdin("echo hey\nexit 5\n")
    running.run_forever(timeout=60)
    assert (running.read_stdout(), running.returncode) == ("hey\n", 5)
