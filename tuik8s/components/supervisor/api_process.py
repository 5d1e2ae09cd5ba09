"""The API server's process.

The component, and the HTTPS door with the cluster's own certificates.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

from tuik8s.addresses import AddressPlan
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver import build as build_apiserver
from tuik8s.components.apiserver.live import open_door
from tuik8s.components.base import Host
from tuik8s.components.store import Damaged, FormatTooNew
from tuik8s.components.supervisor.build import apiserver_config
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.components.supervisor.supervisor import EXIT_REFUSED
from tuik8s.config import ClusterConfig


class ApiProcess:
    """An API server that is reached over HTTPS as well as over the bus."""

    name = "apiserver"

    def __init__(self, component: ApiServer, listen: str, tls: ssl.SSLContext) -> None:
        self._component = component
        self._listen = listen
        self._tls = tls

    def start(self) -> None:
        """Read the log, then open the door. A log that cannot be read ends the process for good."""
        try:
            self._component.start()
        except (Damaged, FormatTooNew) as refusal:
            print(f"the log cannot be read: {refusal}; tuik8s log verify shows what is whole")
            raise SystemExit(EXIT_REFUSED) from refusal
        host, _, port = self._listen.rpartition(":")
        loop = asyncio.get_event_loop_policy().get_event_loop()
        loop.run_until_complete(open_door(self._component, host, int(port), self._tls))

    def statistics(self) -> Mapping[str, int]:
        return self._component.statistics()


def build_api(
    host: Host, config: ClusterConfig, plan: AddressPlan, directory: DataDirectory
) -> ApiProcess:
    """The API server's component of a live cluster."""
    settings = apiserver_config(config, plan, _tokens(config))
    component = build_apiserver(host, settings)
    return ApiProcess(component, config.listen, tls_context(directory.pki))


def tls_context(pki: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, our certificate, client certificates of our authority if offered."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(pki / "apiserver.crt", pki / "apiserver.key")
    context.load_verify_locations(pki / "ca.crt")
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    return context


def _tokens(config: ClusterConfig) -> tuple[str, ...]:
    if not config.token_auth_file:
        return ()
    return tuple(Path(config.token_auth_file).read_text().splitlines())
