"""Certificates for the clusters of this process, made once; and the kubeconfig of one."""

from __future__ import annotations

import atexit
import datetime
import ssl
import tempfile
from functools import cache
from pathlib import Path

from tuik8s.components.supervisor.api_process import tls_context
from tuik8s.components.supervisor.directory import write_private
from tuik8s.components.supervisor.kubeconfig import render_kubeconfig
from tuik8s.components.supervisor.pki import ensure_pki

HOST = "127.0.0.1"


class Authority:
    """One authority, one serving and one client certificate. pki: a directory that ends with us."""

    def __init__(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="tuik8s-pki-")
        atexit.register(directory.cleanup)
        self.pki = Path(directory.name)
        ensure_pki(self.pki, HOST, datetime.datetime.now(datetime.UTC))
        self.tls: ssl.SSLContext = tls_context(self.pki)
        self._template = render_kubeconfig("test", "https://SERVER", self.pki)

    def write_kubeconfig(self, path: Path, server: str) -> None:
        """server: the URL of the API."""
        write_private(path, self._template.replace(b"https://SERVER", server.encode()))


@cache
def authority() -> Authority:
    """That of this process."""
    return Authority()
