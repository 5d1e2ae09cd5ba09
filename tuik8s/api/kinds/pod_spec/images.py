"""Image references: which tag is meant, and how that decides the pull policy.

Source: k8s.io/kubernetes pkg/util/parsers (1.36).
"""

from __future__ import annotations


def tag_of(image: str) -> str:
    """The tag of an image; `latest` when neither tag nor digest is given, "" with a digest only."""
    name, at, _digest = image.partition("@")
    last = name.rsplit("/", 1)[-1]
    if ":" in last:
        return last.rsplit(":", 1)[1]
    return "" if at else "latest"


def pull_policy(image: str) -> str:
    """Always for the tag `latest`, else IfNotPresent (also for no image and a malformed one)."""
    is_sound = bool(image) and image == image.strip()
    return "Always" if is_sound and tag_of(image) == "latest" else "IfNotPresent"
