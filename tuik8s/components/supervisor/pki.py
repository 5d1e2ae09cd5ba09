"""The cluster's certificate authority, made at first start, and the certificates it signs.

    pki/ca.crt, ca.key              the authority
    pki/apiserver.crt, .key         serving certificate of the API server and of the kubelets
    pki/admin.crt, .key             client certificate of the kubeconfig (O=system:masters)

Keys are on curve P-256 (made in microseconds; an RSA key takes a tenth of a second). Every key file
is readable by its owner alone.

Source: kubeadm's layout and subjects (k8s.io/kubernetes cmd/kubeadm/app/phases/certs),
certificates last ten years here because nothing renews them.
"""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tuik8s.components.supervisor.directory import write_private

LIFETIME = datetime.timedelta(days=3650)
BACKDATED = datetime.timedelta(hours=1)

Key = ec.EllipticCurvePrivateKey


def ensure_pki(directory: Path, service_address: str, now: datetime.datetime) -> None:
    """Make whatever is missing in `directory`; what is there already is kept."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (directory / "ca.crt").exists():
        ca_key = ec.generate_private_key(ec.SECP256R1())
        _write_pair(directory, "ca", _authority(ca_key, now), ca_key)
    ca_key, ca = _read_authority(directory)
    for name, subject, names in (
        ("apiserver", {NameOID.COMMON_NAME: "kube-apiserver"}, _serving_names(service_address)),
        (
            "admin",
            {NameOID.ORGANIZATION_NAME: "system:masters", NameOID.COMMON_NAME: "kubernetes-admin"},
            [],
        ),
    ):
        if not (directory / f"{name}.crt").exists():
            key = ec.generate_private_key(ec.SECP256R1())
            _write_pair(directory, name, _signed(key, subject, names, ca, ca_key, now), key)


def _authority(key: Key, now: datetime.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tuik8s-ca")])
    usage = x509.KeyUsage(True, False, True, False, False, True, True, False, False)
    return (
        _builder(name, name, key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _signed(
    key: Key,
    subject: dict[x509.ObjectIdentifier, str],
    names: list[x509.GeneralName],
    ca: x509.Certificate,
    ca_key: Key,
    now: datetime.datetime,
) -> x509.Certificate:
    whom = x509.Name([x509.NameAttribute(oid, text) for oid, text in subject.items()])
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if names else ExtendedKeyUsageOID.CLIENT_AUTH
    issuer_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = (
        _builder(whom, ca.subject, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(issuer_key_id, critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(ca_key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, now: datetime.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
    )


def _serving_names(service_address: str) -> list[x509.GeneralName]:
    hosts = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    hosts += ["kubernetes.default.svc.cluster.local", "localhost"]
    addresses = [ipaddress.ip_address(text) for text in ("127.0.0.1", service_address)]
    return [*map(x509.DNSName, hosts), *map(x509.IPAddress, addresses)]


def _private_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_pair(directory: Path, name: str, certificate: x509.Certificate, key: Key) -> None:
    write_private(directory / f"{name}.key", _private_pem(key))
    write_private(directory / f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM))


def _read_authority(directory: Path) -> tuple[Key, x509.Certificate]:
    key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "ca.key is not the P-256 key we made"
    return key, x509.load_pem_x509_certificate((directory / "ca.crt").read_bytes())
