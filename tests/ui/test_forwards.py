"""Port-forwards from the dashboard: Shift+F, the list, and how one is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.widgets import Input

from tests.ui.stage import Stage, play
from tuik8s.ui.app import Dashboard
from tuik8s.ui.forwarding import Forwarded, pair_for, ports_of
from tuik8s.ui.machine import NoMachine


@dataclass
class Fake:
    """See `Forwarded`."""

    namespace: str
    target: str
    port: str
    address: tuple[str, int]
    open_count: int = 1
    total_count: int = 4
    problem: str = ""


class Forwarding(NoMachine):
    """A machine on which port 1 is taken."""

    def __init__(self) -> None:
        self.open: list[Forwarded] = []

    def forwards(self) -> list[Forwarded]:
        return list(self.open)

    def forward(
        self,
        namespace: str,
        target: str,
        port: str,
        local_port: int,
        done: Callable[[Forwarded | str], None],
    ) -> None:
        if local_port == 1:
            done("127.0.0.1:1 cannot be listened on")
            return
        made = Fake(namespace, target, port, ("127.0.0.1", local_port))
        self.open.append(made)
        done(made)

    def stop_forward(self, forwarded: Forwarded) -> None:
        self.open.remove(forwarded)


def with_service() -> Stage:
    stage = Stage()
    stage.app = Dashboard(stage.feed, "test", list, machine=Forwarding())
    meta = {"name": "shop", "namespace": "default"}
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    shop = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
    stage.create("services", shop)
    return stage


@pytest.mark.parametrize(
    ("obj", "pair"),
    [
        (None, ""),
        ({"spec": {"ports": [{"port": 80}, {"port": 81}]}}, "8080:80"),
        ({"spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 443}]}}, "8443:443"),
        ({"spec": {"containers": [{}, {"ports": [{"containerPort": 9000}]}]}}, "9000:9000"),
    ],
)
def test_what_is_offered(obj: dict[str, Any] | None, pair: str) -> None:
    assert pair_for(ports_of(obj)) == pair


@pytest.mark.slow
def test_a_service_is_forwarded_listed_and_stopped() -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":svc /shop")
        await stage.press("enter", "F")
        line = stage.app.screen.query_one(Input)
        assert line.value == "forward default/service/shop 8080:80"
        await stage.press("enter")
        assert "service/shop port 80 is at 127.0.0.1:8080" in stage.toasts
        await stage.type(":forwards")
        await stage.press("enter")
        [row] = [each for each in stage.lines if "127.0.0.1:8080" in each and "is at" not in each]
        assert row.split()[1:7] == ["default", "service/shop", "80", "127.0.0.1:8080", "1", "4"]
        assert "port-forwards 1" in stage.status
        await stage.press("delete")
        assert "nothing is forwarded" in stage.text

    play(scene, stage=with_service())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("forward", "write :forward service/web 8080:80"),
        ("forward service/web nonsense:80", "is no pair of ports"),
        ("forward service/web 1:80", "127.0.0.1:1 cannot be listened on"),
    ],
)
def test_what_cannot_be_forwarded_is_said(typed: str, said: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.type(":")
        stage.app.screen.query_one(Input).value = typed
        await stage.press("enter")
        assert said in stage.text + stage.toasts

    play(scene, stage=with_service())


@pytest.mark.slow
def test_nodes_have_no_ports_and_a_browser_none_to_forward_to() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("3", "F")
        assert "ports are of a pod or a Service, not of nodes" in stage.toasts
        await stage.press("2", "F", "end")
        assert "forward default/pod/web-" in stage.app.screen.query_one(Input).value
        await stage.type("80")
        await stage.press("enter")
        assert "no ports are forwarded from here" in stage.text

    play(scene)
