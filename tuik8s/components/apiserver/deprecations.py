"""Warnings that a served version is on its way out, given with every answer about it.

Source: k8s.io/kubernetes staging/src/k8s.io/api, prerelease-lifecycle markers (1.36).
"""

from __future__ import annotations

from typing import Final

DEPRECATED: Final = {
    "endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    "componentstatuses": "v1 ComponentStatus is deprecated in v1.19+",
}
