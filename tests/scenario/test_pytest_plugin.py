"""The pytest plugin as a user's run has it: found by its entry point, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tuik8s.components.store.tools import verify
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.world.live_disk import RealDisk

pytest_plugins = ["pytester"]
pytestmark = [pytest.mark.sim, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "nginx"}]},
}
HEAD = f"import pytest\nPOD = {json.dumps(POD)}\n"


@pytest.fixture
def installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A user's directory, with the entry points of our pyproject on the path."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = pytester.mkdir("site") / "tuik8s-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tuik8s\nVersion: 0\n")
    lines = [f"{name} = {where}" for name, where in project["entry-points"]["pytest11"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(info.parent), str(ROOT)]))
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config -p no:cacheprovider\n")
    return pytester


def test_each_test_has_a_cluster_of_its_own(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        HEAD
        + """
seen = []

@pytest.mark.parametrize("number", [1, 2])
def test_alone(tuik8s_cluster, number):
    seen.append(tuik8s_cluster.server)
    assert tuik8s_cluster.list("pods") == []
    tuik8s_cluster.create(POD)
    tuik8s_cluster.wait(ready="pod/web")
    assert tuik8s_cluster.kubeconfig.read_text().count(tuik8s_cluster.server) == 1

def test_others():
    assert len(set(seen)) == 2
"""
    )
    installed.runpytest_subprocess().assert_outcomes(passed=3)


def test_wider_scopes_share_one_and_reset_it(installed: pytest.Pytester) -> None:
    text = """
@pytest.mark.parametrize("number", [1, 2])
def test_shared(tuik8s_cluster_module, tuik8s_cluster_session, number):
    assert len(tuik8s_cluster_module.list("pods")) == number - 1
    pod = POD | {"metadata": {"name": f"web-{number}"}}
    tuik8s_cluster_module.create(pod)
    tuik8s_cluster_session.apply(pod)

def test_reset(tuik8s_cluster_module, tuik8s_cluster_session):
    tuik8s_cluster_module.reset()
    assert tuik8s_cluster_module.list("pods") == []
    assert len(tuik8s_cluster_session.list("pods")) == 2
"""
    installed.makepyfile(test_one=HEAD + text, test_two=HEAD + text)
    installed.runpytest_subprocess("-x").assert_outcomes(passed=6)


def test_markers_and_ini_say_what_a_cluster_is_made_of(installed: pytest.Pytester) -> None:
    installed.makeini("[pytest]\ntuik8s_cluster = nodes=1 seed=5\naddopts = --strict-markers\n")
    installed.makepyfile(
        HEAD
        + """
pytestmark = pytest.mark.tuik8s(seed=6)

def test_ini(tuik8s_cluster):
    assert (len(tuik8s_cluster.list("nodes")), tuik8s_cluster.seed) == (1, 6)

@pytest.mark.tuik8s(nodes=5)
def test_marker(tuik8s_cluster, tuik8s_cluster_module, tuik8s_cluster_session):
    assert (len(tuik8s_cluster.list("nodes")), tuik8s_cluster.seed) == (5, 6)
    assert (len(tuik8s_cluster_module.list("nodes")), tuik8s_cluster_module.seed) == (1, 6)
    assert tuik8s_cluster_session.seed == 5
"""
    )
    installed.runpytest_subprocess().assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("node=5", "a cluster of tuik8s has no 'node'; did you mean 'nodes'?"),
        ("nodes='many'", "Expected `int`"),
        ("5", "the tuik8s marker takes names, such as nodes=5"),
    ],
)
def test_wrong_markers_are_refused(installed: pytest.Pytester, marker: str, says: str) -> None:
    installed.makepyfile(
        HEAD + f"\n@pytest.mark.tuik8s({marker})\ndef test_it(tuik8s_cluster):\n    pass\n"
    )
    result = installed.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{says.replace('[', '[[]')}*"])


@pytest.mark.parametrize("inner", ["tuik8s_cluster", "broken"])
def test_the_log_of_a_failed_test_is_kept(installed: pytest.Pytester, inner: str) -> None:
    installed.makepyfile(
        HEAD
        + """
def test_passes(tuik8s_cluster):
    pass

@pytest.fixture
def broken(tuik8s_cluster):
    tuik8s_cluster.create(POD)
    tuik8s_cluster.wait(exists="pod/other", within="5s")

def test_fails(INNER):
    tuik8s_cluster = INNER
    tuik8s_cluster.create(POD)
    tuik8s_cluster.wait(exists="pod/other", within="5s")
""".replace("INNER", inner)
    )
    result = installed.runpytest_subprocess("--tuik8s-logs", "kept")
    failed = {"errors": 1} if inner == "broken" else {"failed": 1}
    result.assert_outcomes(passed=1, **failed)
    result.stdout.fnmatch_lines(["*Failed: wait exists pod/other: not within 5s; pod/other does*"])
    found = re.search(r"tuik8s ui --log (\S+)", result.stdout.str())
    assert found is not None
    assert [path.name for path in (installed.path / "kept").iterdir()] == [Path(found[1]).name]
    assert verify(RealDisk(DataDirectory(Path(found[1])).log)).is_whole
    words = [sys.executable, "-m", "tuik8s.cli.main", "log", "show", "--data", found[1]]
    shown = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "pods/default/web" in shown.stdout


def test_runs_side_by_side(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        HEAD
        + """
@pytest.mark.parametrize("number", range(4))
def test_it(tuik8s_cluster, tuik8s_cluster_session, number):
    tuik8s_cluster.create(POD)
    tuik8s_cluster.wait(ready="pod/web")
    assert len(tuik8s_cluster_session.list("nodes")) == 3
"""
    )
    installed.runpytest_subprocess("-n", "2").assert_outcomes(passed=4)


def test_a_run_without_clusters_loads_nothing(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        """
import sys

def test_it(request):
    assert request.config.pluginmanager.has_plugin("tuik8s")
    loaded = {name for name in sys.modules if name.split(".")[0] == "tuik8s"}
    assert loaded == {"tuik8s", "tuik8s.scenario", "tuik8s.scenario.pytest_plugin"}
"""
    )
    installed.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_example_passes(installed: pytest.Pytester) -> None:
    (installed.path / "manifests").symlink_to(ROOT / "examples" / "manifests")
    example = installed.makepyfile((ROOT / "examples" / "test_shop.py").read_text())
    outcomes = installed.runpytest_subprocess(example).parseoutcomes()
    assert outcomes["passed"] >= 2
    assert set(outcomes) <= {"passed", "skipped"}
