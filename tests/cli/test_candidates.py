"""What a word may become, from the parsers and from what a cluster has."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tuik8s.cli.api import ApiRefusal
from tuik8s.cli.candidates import candidates
from tuik8s.cli.completion import SCRIPTS
from tuik8s.cli.main import main
from tuik8s.cli.registry import COMMANDS

PODS = {"resource": "pods", "singularResource": "pod", "shortNames": ["po"], "scope": "Namespaced"}
NODES = {"resource": "nodes", "singularResource": "node", "scope": "Cluster"}


def kind(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "responseKind": {"kind": name}, "verbs": ["get", "list"]}


CORE = [{"version": "v1", "resources": [kind("Pod", PODS), kind("Node", NODES)]}]
CONTAINERS = [{"name": "main"}, {"name": "side"}]
ANSWERS: dict[str, Any] = {
    "/api": {"items": [{"metadata": {}, "versions": CORE}]},
    "/apis": {"items": []},
    "/api/v1/namespaces": ["default", "shop"],
    "/api/v1/namespaces/default/pods": ["web", "wax"],
    "/api/v1/namespaces/shop/pods": ["till"],
    "/api/v1/nodes": ["node-1", "node-2"],
    "/api/v1/namespaces/default/pods/web": {"spec": {"containers": CONTAINERS}},
    "/apis/chaos.tuik8s.dev/v1/faults": ["broken"],
}


class _Client:
    """A cluster that answers what stands above."""

    def get(self, path: str, accept: str = "") -> Any:
        found = ANSWERS.get(path)
        if found is None:
            raise ApiRefusal(404, "not found")
        if isinstance(found, dict):
            return found
        return {"items": [{"metadata": {"name": name}} for name in found]}

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ge", ["get"]),
        ("--ver", ["--version"]),
        ("get ", ["nodes", "pods"]),
        ("get po", ["pods"]),
        ("get pods ", ["wax", "web"]),
        ("get pods web wa", ["wax"]),
        ("get po/w", ["po/wax", "po/web"]),
        ("get po/web no", []),
        ("get po/web po/w", ["po/wax", "po/web"]),
        ("get pods -n shop ", ["till"]),
        ("get pods --namespace=shop ", ["till"]),
        ("get pods -n s", ["shop"]),
        ("get pods --namespace=s", ["--namespace=shop"]),
        ("get pods --namespace = s", ["shop"]),
        ("get nonsense ", []),
        ("get -w -o ya", ["yaml"]),
        ("get --out", ["--output"]),
        ("describe node ", ["node-1", "node-2"]),
        ("scale --replicas 3 pod/we", ["pod/web"]),
        ("logs w", ["wax", "web"]),
        ("logs node/", ["node/node-1", "node/node-2"]),
        ("events --for pod/we", ["pod/web"]),
        ("logs web -c ", ["main", "side"]),
        ("logs pod/web -c m", ["main"]),
        ("why ", ["pod/wax", "pod/web"]),
        ("why node/node-1", ["node/node-1"]),
        ("chaos node-s", ["node-stop"]),
        ("chaos he", ["heal"]),
        ("chaos node-stop no", ["node/node-1", "node/node-2"]),
        ("chaos pod-kill pod/we", ["pod/web"]),
        ("chaos heal ", ["all", "broken"]),
        ("apply -f ", []),
        ("log v", ["verify"]),
        ("log show --k", ["--key"]),
        ("nonsense ", []),
    ],
)
def test_candidates(line: str, found: list[str]) -> None:
    client: Any = _Client()
    assert candidates(line.split(" "), lambda args: client) == found


def test_without_a_cluster_what_the_parsers_know_is_left(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)]
    assert candidates(["get", *data, "pods", ""]) == []
    assert candidates(["get", *data, "-o", "n"]) == ["name"]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "kubelet.node-1.log").touch()
    assert candidates(["logs", *data, "k"]) == ["kubelet/node-1"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_completes_its_options_and_explains_itself(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--help" in candidates([command, "--h"])
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: tuik8s {command}" in capsys.readouterr().out


@pytest.mark.parametrize("shell", SCRIPTS)
def test_scripts_are_well_formed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "tuik8s completion words --" in script
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_completes() -> None:
    asks = f"""
tuik8s() {{ {sys.executable} -m tuik8s.cli.main "$@"; }}
COMP_WORDS=(tuik8s get -o ya); COMP_CWORD=3; _tuik8s; echo "${{COMPREPLY[@]}}"
"""
    script = SCRIPTS["bash"] + asks
    done = subprocess.run(["bash"], input=script, capture_output=True, text=True, check=True)
    assert done.stdout == "yaml\n"
