"""The files that a pod's volumes bring into a container, for commands that look at them.

What is not simulated: the content of volumes that hold data of their own (emptyDir, hostPath,
claims); they are there, and empty until a command writes. Tokens of service accounts are left out.

Source: k8s.io/kubernetes pkg/volume/{configmap,secret,projected,downwardapi} and
pkg/kubelet/kubelet_pods.go (ensureHostsFile), pkg/kubelet/network/dns (search domains) (1.36).
"""

from __future__ import annotations

import base64
import posixpath
from typing import NamedTuple

from tuik8s.api.types import Object
from tuik8s.components.kubelet.environment import Lookup, field_value

_MAPS = {"configMap": ("configmaps", "name"), "secret": ("secrets", "secretName")}
DOMAIN = "cluster.local"


class Mounted(NamedTuple):
    """files: path -> content; fixed: directories that are read-only; made: empty ones."""

    files: dict[str, bytes]
    fixed: tuple[str, ...]
    made: tuple[str, ...]


def mounted(spec: Object, pod: Object, addresses: tuple[str, str], lookup: Lookup) -> Mounted:
    """What a container sees. addresses: of pod and node. Raises NotYet."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    files = _of_every_pod(pod, addresses[0])
    fixed: list[str] = []
    made: list[str] = []
    for mount in spec.get("volumeMounts") or ():
        volume = volumes.get(mount["name"], {})
        path = mount["mountPath"].rstrip("/") or "/"
        content = _content(volume, pod, addresses, lookup)
        if content is None:
            made.append(path)
            if mount.get("readOnly"):
                fixed.append(path)
            continue
        fixed.append(path)
        below = mount.get("subPath", "")
        if below in content:
            files[path] = content[below]
            continue
        made.append(path)
        prefix = f"{below}/" if below else ""
        for name, data in content.items():
            if name.startswith(prefix):
                files[posixpath.join(path, name[len(prefix) :])] = data
    return Mounted(files, tuple(fixed), tuple(made))


def _of_every_pod(pod: Object, ip: str) -> dict[str, bytes]:
    meta, spec = pod["metadata"], pod["spec"]
    namespace, name = meta["namespace"], spec.get("hostname") or meta["name"]
    hosts = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"
    hosts += f"{ip}\t{name}\n"
    for alias in spec.get("hostAliases") or ():
        hosts += f"{alias['ip']}\t{' '.join(alias.get('hostnames') or ())}\n"
    search = f"search {namespace}.svc.{DOMAIN} svc.{DOMAIN} {DOMAIN}\noptions ndots:5\n"
    return {
        "/etc/hostname": f"{name}\n".encode(),
        "/etc/hosts": hosts.encode(),
        "/etc/resolv.conf": search.encode(),
    }


def _content(
    volume: Object, pod: Object, addresses: tuple[str, str], lookup: Lookup
) -> dict[str, bytes] | None:
    """Name -> content of the files of a volume; None for one that holds data of its own."""
    for field in _MAPS:
        if volume.get(field):
            return _of_map(field, _MAPS[field][1], volume[field], pod, lookup)
    if volume.get("downwardAPI"):
        return _of_pod(volume["downwardAPI"], pod, addresses)
    if not volume.get("projected"):
        return None
    found: dict[str, bytes] = {}
    for source in volume["projected"].get("sources") or ():
        for field in _MAPS:
            if source.get(field):
                found.update(_of_map(field, "name", source[field], pod, lookup))
        if source.get("downwardAPI"):
            found.update(_of_pod(source["downwardAPI"], pod, addresses))
    return found


def _of_map(field: str, key: str, source: Object, pod: Object, lookup: Lookup) -> dict[str, bytes]:
    obj = lookup(_MAPS[field][0], pod["metadata"]["namespace"], source.get(key, "")) or {}
    data = obj.get("data") or {}
    if field == "secret":
        there = {name: base64.b64decode(value) for name, value in data.items()}
    else:
        there = {name: value.encode() for name, value in data.items()}
        binary = obj.get("binaryData") or {}
        there.update({name: base64.b64decode(value) for name, value in binary.items()})
    items = source.get("items")
    if not items:
        return there
    return {item["path"]: there[item["key"]] for item in items if item["key"] in there}


def _of_pod(source: Object, pod: Object, addresses: tuple[str, str]) -> dict[str, bytes]:
    found = {}
    for item in source.get("items") or ():
        field = (item.get("fieldRef") or {}).get("fieldPath", "")
        if field in ("metadata.labels", "metadata.annotations"):
            pairs = pod["metadata"].get(field.partition(".")[2]) or {}
            text = "\n".join(f'{name}="{value}"' for name, value in sorted(pairs.items()))
        else:
            text = field_value(field, pod, *addresses)
        found[item["path"]] = text.encode()
    return found
