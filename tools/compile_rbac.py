"""Compile the default roles and bindings of a real server into the package's compact data.

    python tools/compile_rbac.py [DOCUMENT]

DOCUMENT holds `clusterroles`, `clusterrolebindings`, `roles` and `rolebindings`, each a list of
objects as a fresh server has them (default ../shared/golden/documents/rbac-defaults.json).
Written is `tuik8s/components/apiserver/authorization/data/rbac.msgpack.z`, msgpack in zlib:
{plural: [object ...]}, without the label and the annotation that all of them carry.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path
from typing import Any

import msgspec

from tuik8s.components.apiserver.authorization.defaults import ANNOTATIONS, LABELS

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tuik8s" / "components" / "apiserver" / "authorization" / "data"
PLURALS = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")


def compact(obj: dict[str, Any]) -> dict[str, Any]:
    """An object without what all have."""
    meta = {k: v for k, v in obj["metadata"].items() if k in ("name", "namespace")}
    labels = obj["metadata"].get("labels") or {}
    assert labels.items() >= LABELS.items(), f"{meta} lacks a label"
    assert (obj["metadata"].get("annotations") or {}) == ANNOTATIONS, f"{meta} is annotated"
    own = {k: v for k, v in labels.items() if k not in LABELS}
    out: dict[str, Any] = {"metadata": {**meta, "labels": own} if own else meta}
    out.update((k, v) for k, v in obj.items() if k != "metadata")
    return out


def main() -> None:
    default = ROOT.parent / "shared" / "golden" / "documents" / "rbac-defaults.json"
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    document = json.loads(source.read_bytes())
    data = {plural: [compact(obj) for obj in document[plural]] for plural in PLURALS}
    packed = zlib.compress(msgspec.msgpack.encode(data), 9)
    DATA.mkdir(exist_ok=True)
    (DATA / "rbac.msgpack.z").write_bytes(packed)
    print({plural: len(objects) for plural, objects in data.items()}, len(packed), "bytes")


if __name__ == "__main__":
    main()
