"""The pytest plugin: a simulated cluster on real HTTPS as a fixture, its clock in the test's hands.

    @pytest.mark.tuik8s(nodes=5, seed=7)
    def test_survives(tuik8s_cluster):
        tuik8s_cluster.apply("shop.yaml")
        tuik8s_cluster.wait(available="deployment/frontend")

Marker arguments are `seed` and the fields of `config.ClusterConfig`; the ini option
`tuik8s_cluster = nodes=5 seed=7` sets them for all tests. Of a test that fails the log is kept,
under `--tuik8s-logs` or pytest's temporary directory, and the report says how to open it.

A run that uses no fixture of ours imports this file and nothing else of tuik8s.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tuik8s.scenario.served import Cluster

FIXTURES = ("tuik8s_cluster", "tuik8s_cluster_module", "tuik8s_cluster_session")
OPEN = pytest.StashKey[dict[str, "Cluster"]]()
"""The clusters that are open now, by fixture: a test may fail before its fixtures reach it."""
MARKER = (
    "tuik8s(nodes=3, seed=0, ...): what the cluster of this test or module is made of; "
    "fields of tuik8s.config.ClusterConfig, and seed"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tuik8s", "simulated Kubernetes clusters")
    group.addoption(
        "--tuik8s-logs", metavar="DIR", help="where the logs of failed tests' clusters are kept"
    )
    parser.addini("tuik8s_cluster", "what clusters are made of, such as: nodes=5 seed=7", "args")
    parser.addini("tuik8s_logs", "where the logs of failed tests' clusters are kept")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def tuik8s_cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """A simulated Kubernetes cluster of this test alone, just started."""
    yield from _cluster(request, tmp_path_factory)


@pytest.fixture(scope="module")
def tuik8s_cluster_module(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """One simulated Kubernetes cluster for the tests of a module; reset() makes it as new."""
    yield from _cluster(request, tmp_path_factory)


@pytest.fixture(scope="session")
def tuik8s_cluster_session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """One simulated Kubernetes cluster for all tests of this process; reset() makes it as new."""
    yield from _cluster(request, tmp_path_factory)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the log of a failed test's clusters, and say where it is."""
    report = yield
    if report.failed and report.when != "teardown":
        for name, cluster in item.config.stash.get(OPEN, {}).items():
            if name in getattr(item, "fixturenames", ()):
                report.sections.append((name, _keep_log(item, name, cluster)))
    return report


def _cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    import msgspec

    from tuik8s.config import ClusterConfig
    from tuik8s.scenario.served import Cluster

    options = _options(request, (*ClusterConfig.__struct_fields__, "seed"))
    seed = options.pop("seed", 0)
    try:
        config = msgspec.convert(options, ClusterConfig, strict=False)
        number = msgspec.convert(seed, int, strict=False)
    except msgspec.ValidationError as problem:
        raise pytest.UsageError(f"tuik8s marker or tuik8s_cluster in the ini: {problem}") from None
    cluster = Cluster(tmp_path_factory.mktemp("tuik8s"), config, number)
    is_open = request.config.stash.setdefault(OPEN, {})
    is_open[str(request.fixturename)] = cluster
    try:
        yield cluster
    finally:
        del is_open[str(request.fixturename)]
        cluster.close()


def _options(request: pytest.FixtureRequest, known: tuple[str, ...]) -> dict[str, Any]:
    """What ini and marker say; the nearest marker wins. Raises UsageError."""
    options: dict[str, Any] = {}
    for word in request.config.getini("tuik8s_cluster"):
        key, _, value = word.partition("=")
        options[key] = value
    for marker in reversed(list(request.node.iter_markers("tuik8s"))):
        if marker.args:
            raise pytest.UsageError(f"the tuik8s marker takes names, such as nodes=5: {MARKER}")
        options.update(marker.kwargs)
    for key in options:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise pytest.UsageError(
                f"a cluster of tuik8s has no {key!r}; {hint}known: {', '.join(known)}"
            )
    return options


def _keep_log(item: pytest.Item, fixture: str, cluster: Cluster) -> str:
    where = item.config.getoption("--tuik8s-logs") or item.config.getini("tuik8s_logs")
    base = item.config.rootpath / where if where else cluster.kubeconfig.parent / "logs"
    name = re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-")[-150:]
    path = cluster.save_log(
        _unused(base / (name if fixture == FIXTURES[0] else f"{name}-{fixture}"))
    )
    return (
        f"seed {cluster.seed}, {cluster.now:%Y-%m-%dT%H:%M:%SZ} of the cluster's time; its log:\n"
        f"    tuik8s ui --log {path}\n"
    )


def _unused(path: Path) -> Path:
    """The path, or with a number behind it when something is there."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found
