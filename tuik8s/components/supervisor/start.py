"""Start a cluster: prepare its directory, fork its supervisor, wait until it is ready.

    command line --fork, setsid, fork--> supervisor --fork--> apiserver, kubelets, ...
         ^------------- pipe: ready or why not -----'

Everything that may be refused (flags, ports, a locked or damaged directory) is found out before the
fork where it can be, so that its message reaches the user and nothing is left behind.
"""

from __future__ import annotations

import datetime
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import msgspec

from tuik8s.addresses import AddressPlan, plan_of
from tuik8s.components.supervisor.channel import Message
from tuik8s.components.supervisor.children import Child, Children
from tuik8s.components.supervisor.containers import remove_containers
from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Refusal,
    Running,
    make_runtime_directory,
    remove_tree,
    write_private,
)
from tuik8s.components.supervisor.kubeconfig import render_kubeconfig
from tuik8s.components.supervisor.pki import ensure_pki
from tuik8s.components.supervisor.roles import roles_of
from tuik8s.components.supervisor.slices import claim_slice, slices_of_others
from tuik8s.config import ClusterConfig
from tuik8s.world.live_log_file import LogFile

READY_WITHIN_S = 60.0
RUNNING_WITHIN_S = 2.0
"""How long a forked supervisor may take to say that it runs."""
FIXED = ("service_cidr", "pod_cidr", "control_plane_only")
"""What cannot change once objects with such addresses are in the log."""


def merge_config(directory: DataDirectory, wanted: dict[str, Any]) -> ClusterConfig:
    """The configuration of this start: the saved one with the flags that were given."""
    given = {name: value for name, value in wanted.items() if value is not None}
    if not directory.exists():
        return ClusterConfig(**given)
    saved = directory.read_config()
    for name in FIXED:
        if name in given and given[name] != getattr(saved, name):
            flag = "--" + name.replace("_", "-")
            raise Refusal(
                f"{flag} {given[name]} differs from what cluster {directory.path} was made with "
                f"({getattr(saved, name) or 'its own plan'}); leave it out or use another --data"
            )
    return msgspec.structs.replace(saved, **given)


def start_cluster(directory: DataDirectory, config: ClusterConfig, kubeconfig: str) -> Running:
    """Start it in the background and return once it is ready. Raises Refusal."""
    directory.acquire()
    number, holder = claim_slice(config.slice, slices_of_others(directory))
    config = msgspec.structs.replace(config, slice=number, listen=_free_address(config.listen))
    plan = plan_of(config)
    ensure_pki(directory.pki, plan.kubernetes_service_address, datetime.datetime.now(datetime.UTC))
    directory.write_config(config)
    server = f"https://{config.listen}"
    content = render_kubeconfig(config.name, server, directory.pki)
    for path in [directory.kubeconfig, *([Path(kubeconfig)] if kubeconfig else [])]:
        _write_kubeconfig(path, content)
    runtime = make_runtime_directory()
    running = Running(
        pid=0,
        server=server,
        runtime=str(runtime),
        kubeconfig=str(Path(kubeconfig).absolute() if kubeconfig else directory.kubeconfig),
        started_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _daemon(directory, config, plan, running, write, holder)
    os.close(write)
    try:
        os.waitpid(pid, 0)
        holder.close()
        return _await_ready(directory, read)
    except KeyboardInterrupt:
        _stop(directory)
        raise
    finally:
        os.close(read)


def _daemon(
    directory: DataDirectory,
    config: ClusterConfig,
    plan: AddressPlan,
    running: Running,
    pipe: int,
    holder: socket.socket,
) -> None:
    """In the forked process: become the supervisor, and never return."""
    os.setsid()
    if os.fork():
        os._exit(0)
    code = 1
    try:
        log = _detach(directory)
        _supervise(directory, config, plan, running, pipe, holder, log)
        code = 0
    except Exception as surprise:
        import traceback

        traceback.print_exc()
        _tell(pipe, {"error": f"the supervisor failed: {surprise!r}"})
    finally:
        os._exit(code)


def _detach(directory: DataDirectory) -> LogFile:
    """Away from the terminal: input from nowhere, output to the supervisor's log."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.chdir("/")
    return LogFile(directory.log_file("supervisor"))


def _supervise(
    directory: DataDirectory,
    config: ClusterConfig,
    plan: AddressPlan,
    running: Running,
    pipe: int,
    holder: socket.socket,
    log: LogFile,
) -> None:
    def undo() -> None:
        remove_containers(config)
        remove_tree(Path(running.runtime))
        holder.close()  # before the lock: who finds that free may have the addresses as well
        directory.release()

    def give_up(*_: object) -> None:
        undo()
        os._exit(1)  # an exception might be caught by what is being imported

    signal.signal(signal.SIGTERM, give_up)  # until the supervisor catches its own
    running = msgspec.structs.replace(running, pid=os.getpid())
    directory.write_running(running)
    try:
        _run(directory, config, plan, running, pipe, log)
    finally:
        undo()


def _run(
    directory: DataDirectory,
    config: ClusterConfig,
    plan: AddressPlan,
    running: Running,
    pipe: int,
    log: LogFile,
) -> None:
    from tuik8s.components.supervisor.child import runner
    from tuik8s.components.supervisor.clock import clock_at_start
    from tuik8s.components.supervisor.preload import preload, preload_first
    from tuik8s.components.supervisor.supervisor import Supervisor

    runtime = Path(running.runtime)

    def on_ready(children: Children) -> None:
        _tell(pipe, {"ready": msgspec.to_builtins(running)})

    def on_refused(child: Child) -> None:
        _tell(pipe, {"error": _last_line(directory, child.role.name)})

    preload_first()
    supervisor = Supervisor(
        roles_of(config),
        runner(config, plan, runtime, directory.path),
        runtime / "control.sock",
        log,
        on_ready,
        on_refused,
        {"links": [], "rules": [], "clock": msgspec.to_builtins(clock_at_start(directory))},
    )
    supervisor.run(lambda: preload(config))


def _await_ready(directory: DataDirectory, pipe: int) -> Running:
    deadline = time.monotonic() + READY_WITHIN_S
    os.set_blocking(pipe, False)
    received = b""
    while not received.endswith(b"\n"):
        if time.monotonic() > deadline:
            _stop(directory)
            raise Refusal(
                f"the cluster was not ready within {READY_WITHIN_S:.0f}s and was stopped; "
                f"see {directory.logs}"
            )
        try:
            data = os.read(pipe, 65536)
        except BlockingIOError:
            time.sleep(0.002)
            continue
        if not data:
            raise Refusal(f"the supervisor ended; see {directory.log_file('supervisor')}")
        received += data
    message = msgspec.json.decode(received)
    if "error" in message:
        raise Refusal(message["error"])
    return msgspec.convert(message["ready"], Running)


def _stop(directory: DataDirectory) -> None:
    """Undo a start that the user no longer wants."""
    deadline = time.monotonic() + RUNNING_WITHIN_S
    while (running := directory.read_running()) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    if running is not None:
        os.kill(running.pid, signal.SIGTERM)
        while directory.read_running() is not None:
            time.sleep(0.01)


def _tell(pipe: int, message: Message) -> None:
    """Tell the command line, if it still listens. The pipe stays open: there may be more to say."""
    try:
        os.write(pipe, msgspec.json.encode(message) + b"\n")
    except OSError:
        return  # the command line has gone away; the cluster goes on


def _free_address(listen: str) -> str:
    """The address to listen on, its port chosen if it is 0. Raises Refusal when it is taken."""
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise Refusal(f"--listen {listen!r}: expected HOST:PORT, such as 127.0.0.1:6443")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as problem:
            raise Refusal(
                f"--listen {listen}: {problem.strerror}; choose another, port 0 takes a free one"
            ) from problem
        return f"{host}:{probe.getsockname()[1]}"


def _write_kubeconfig(path: Path, content: bytes) -> None:
    try:
        write_private(path, content)
    except OSError as problem:
        raise Refusal(f"--kubeconfig {path}: {problem.strerror}") from problem


def _last_line(directory: DataDirectory, component: str) -> str:
    file = directory.log_file(component)
    lines = file.read_text(errors="replace").strip().splitlines() if file.exists() else []
    said = lines[-1] if lines else "it wrote nothing"
    return f"{component} cannot start: {said} (see {file})"
