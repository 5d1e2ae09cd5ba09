"""One API server alone in a process: log, kinds, HTTPS door; for clients' tests and benchmarks.

python -m tuik8s.components.apiserver --listen 127.0.0.1:6443 --data DIR --token-auth-file F
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import ipaddress
import ssl
from pathlib import Path

import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tuik8s.bus.zeromq import ipc_address
from tuik8s.components.apiserver.component import ApiServer, build
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.apiserver.http import HttpDoor, HttpServer
from tuik8s.components.apiserver.http_client import LivePerformer
from tuik8s.world.live import LiveDriver, LiveWorld
from tuik8s.world.live_host import LiveProcess


def serve_alone(
    host: str, port: int, data: Path, config: ApiServerConfig, *, tls: bool = True
) -> None:
    """Serve until the process ends. data: a directory for log, certificate and socket."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    uvloop.run(_serve(host, port, data, config, tls))


async def _serve(host: str, port: int, data: Path, config: ApiServerConfig, tls: bool) -> None:
    driver = LiveDriver(asyncio.get_running_loop())
    process = LiveProcess(driver, ipc_address(data / "bus"), virtual_directory=data / "net")
    server = build(process.host("apiserver", data), config)
    server.start()
    context = server_context(data, host) if tls else None
    http = await open_door(server, host, port, context)
    await asyncio.Event().wait()
    http.close()


async def open_door(
    server: ApiServer, host: str, port: int, tls: ssl.SSLContext | None
) -> HttpServer:
    """Listen for HTTP; the component must have been started."""
    world = server.core.world
    if isinstance(world, LiveWorld):
        LivePerformer(server, world.driver)
    http = HttpServer(HttpDoor(server.pipeline), tls)
    bound = await http.listen(host, port)
    server.core.world.log.info("Listening", host=host, port=bound, tls=tls is not None)
    return http


def server_context(data: Path, host: str) -> ssl.SSLContext:
    """A TLS context with a certificate of our own, made once and kept in data."""
    certificate, key = data / "server.crt", data / "server.key"
    if not certificate.exists():
        _write_certificate(certificate, key, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _write_certificate(certificate: Path, key: Path, host: str) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName("kubernetes")]
    names += [x509.IPAddress(ipaddress.ip_address(a)) for a in sorted({host, "127.0.0.1"})]
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="tuik8s-apiserver", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:6443", help="address:port")
    parser.add_argument("--data", required=True, type=Path, help="directory of the log")
    parser.add_argument("--token-auth-file", type=Path, help="CSV of token,user,uid,groups")
    parser.add_argument("--service-cidr", default="10.96.0.0/16")
    parser.add_argument("--http", action="store_true", help="serve without TLS")
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    tokens: tuple[str, ...] = ()
    if options.token_auth_file:
        tokens = tuple(options.token_auth_file.read_text().splitlines())
    config = ApiServerConfig(
        tokens=tokens,
        service_cidr=options.service_cidr,
        advertise_address=host,
        advertise_port=int(port),
    )
    serve_alone(host, int(port), options.data, config, tls=not options.http)
