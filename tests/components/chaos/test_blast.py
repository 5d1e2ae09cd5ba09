"""The blast radius: who feels a fault, from what is planned and what there is."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.components.chaos.blast import Blast, blast_of
from tuik8s.components.chaos.planning import plan, read_spec
from tuik8s.components.chaos.shape import Shape, Thing


def pod(name: str, app: str, node: str) -> Thing:
    return Thing("pod", "default", name, {"app": app}, node)


SHAPE = Shape(
    ("apiserver", "kubelet/n1", "kubelet/n2", "scheduler", "kube-proxy/n1", "kube-proxy/n2"),
    (
        Thing("node", "", "n1", {"zone": "a"}),
        Thing("node", "", "n2", {"zone": "b"}),
        pod("cart-1", "cart", "n1"),
        pod("web-1", "web", "n1"),
        pod("web-2", "web", "n2"),
        pod("web-3", "web", ""),
        Thing("service", "default", "web", selector="app=web"),
        Thing("service", "default", "cart", selector="app=cart"),
        Thing("service", "shop", "web", selector="app=web"),
        Thing("service", "default", "external"),
        Thing("deployment", "default", "web", selector="app=web"),
    ),
)
N2 = Blast(
    ("kubelet/n2", "kube-proxy/n2"), ("n2",), ("default/web-2",), ("default/web",)
)  # fmt: skip

CASES: tuple[tuple[str, str, dict[str, Any], Blast], ...] = (
    ("node-stop", "node/n2", {}, N2),
    ("node-cut", "nodes", {"selector": "zone=b"}, N2),
    ("node-drain", "node/n2", {}, Blast((), ("n2",), ("default/web-2",), ("default/web",))),
    ("node-cordon", "node/n2", {}, Blast((), ("n2",))),
    ("node-overload", "nodes", {},
     Blast((), ("n1", "n2"), ("default/cart-1", "default/web-1", "default/web-2"),
           ("default/web", "default/cart"))),
    ("component-kill", "component/scheduler", {}, Blast(("scheduler",))),
    ("link-delay", "component/kube-proxy/n2", {"delay": "1s"},
     Blast(("kube-proxy/n2",), ("n2",), ("default/web-2",), ("default/web",))),
    ("traffic-drop", "service/web", {}, Blast(services=("default/web",))),
    ("link-cut", "node/n1", {"peer": "node/n2"}, Blast(nodes=("n1", "n2"))),
    ("pod-oom", "pod/web-1", {}, Blast((), (), ("default/web-1",), ("default/web",))),
    ("pod-kill", "pods", {"selector": "app=cart"},
     Blast((), (), ("default/cart-1",), ("default/cart",))),
    ("pod-not-ready", "deployment/web", {},
     Blast((), (), ("default/web-1", "default/web-2", "default/web-3"), ("default/web",))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("action", "target", "more", "expected"), CASES, ids=[f"{a} {t}" for a, t, _, _ in CASES]
)
def test_blast(action: str, target: str, more: dict[str, Any], expected: Blast) -> None:
    spec = read_spec({"spec": {"action": action, "target": target, **more}})
    assert blast_of(plan(spec, SHAPE, 1).effects, SHAPE) == expected


def test_lines_count_and_name_a_few() -> None:
    many = Blast(("apiserver",), (), tuple(f"default/p{n}" for n in range(10)))
    lines = many.lines()
    assert lines[0].split() == ["processes", "1:", "apiserver"]
    assert lines[2].endswith("default/p7 and 2 more")
    assert lines[3].split() == ["Services", "none"]
    assert "waits for the API server" in lines[4]
