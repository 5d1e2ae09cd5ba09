"""Commands in containers of the simulated runtime, and what the runtime does meanwhile."""

from __future__ import annotations

from tuik8s.components.kubelet.runtimes.base import ExecOrder, StartContainer
from tuik8s.components.kubelet.runtimes.sim import KILLED_CODE, SimRuntime


def test_a_command_ends_when_its_container_is_removed() -> None:
    """As happens when its pod goes at once, without having been stopped."""
    runtime = SimRuntime()
    order = StartContainer(id="sim://1", pod="a", container="c", image="busybox",
                           command=("sleep", "1000"))  # fmt: skip
    runtime.start(order, 0)
    running = runtime.exec(order.id, ExecOrder(command=("sh",), has_input=True), 5_000)
    assert running.read(5_000).exit_code == -1
    runtime.remove(order.id)
    running.write(b"kill 1\n", 6_000)
    assert running.read(6_000).exit_code == KILLED_CODE
