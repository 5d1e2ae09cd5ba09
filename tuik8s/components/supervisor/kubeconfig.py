"""The kubeconfig that needs no flags: server, authority and a client certificate, all inside.

Source: the kubeconfig format (k8s.io/client-go tools/clientcmd/api/v1), as kubeadm fills it in.
"""

from __future__ import annotations

import base64
from pathlib import Path

import yaml


def render_kubeconfig(cluster: str, server: str, pki: Path) -> bytes:
    """The file's content, for the administrator of a cluster."""

    def inline(name: str) -> str:
        return base64.b64encode((pki / name).read_bytes()).decode()

    context = f"tuik8s-{cluster}"
    user = f"tuik8s-{cluster}-admin"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [
            {
                "name": context,
                "cluster": {"server": server, "certificate-authority-data": inline("ca.crt")},
            }
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": inline("admin.crt"),
                    "client-key-data": inline("admin.key"),
                },
            }
        ],
        "contexts": [{"name": context, "context": {"cluster": context, "user": user}}],
    }
    return yaml.safe_dump(config, sort_keys=False).encode()
