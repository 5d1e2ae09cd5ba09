"""Which container of a pod is meant: what kubectl says of the same pods."""

from __future__ import annotations

import pytest

from tuik8s.api.types import Object
from tuik8s.cli.pod_containers import DEFAULT, chosen, require_alive
from tuik8s.components.supervisor.directory import Refusal


def pod(*names: str, default: str = "", **more: list[Object]) -> Object:
    return {
        "metadata": {"name": "web", "annotations": {DEFAULT: default}},
        "spec": {"containers": [{"name": name} for name in names], **more},
    }


INIT = [{"name": "early"}]
DEBUG = [{"name": "late"}]


@pytest.mark.parametrize(
    ("found", "name", "container", "told"),
    [
        (pod("a"), "", "a", ""),
        (pod("a", "b"), "b", "b", ""),
        (pod("a", "b"), "", "a", 'Defaulted container "a" out of: a, b\n'),
        (pod("a", "b", default="b"), "", "b", ""),
        (pod("a", default="gone"), "", "a", ""),
        (pod("a", initContainers=INIT), "early", "early", ""),
        (
            pod("a", initContainers=INIT, ephemeralContainers=DEBUG),
            "",
            "a",
            'Defaulted container "a" out of: a, late (ephem), early (init)\n',
        ),
    ],
)
def test_the_container(
    found: Object, name: str, container: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chosen(found, name)["name"] == container
    assert capsys.readouterr().err == told


def test_no_such_container() -> None:
    with pytest.raises(Refusal, match="container x is not valid for pod web; it has: a, b"):
        chosen(pod("a", "b"), "x")


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended(phase: str) -> None:
    told = f"cannot exec into a container in a completed pod; current phase is {phase}"
    with pytest.raises(Refusal, match=told):
        require_alive({"status": {"phase": phase}}, "exec into")
    require_alive({"status": {"phase": "Running"}}, "exec into")
