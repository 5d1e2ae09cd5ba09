"""Labels, annotations and label selectors in fields.

Source: k8s.io/apimachinery pkg/apis/meta/v1/validation and pkg/api/validation (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api import names, selectors
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors


def label_name(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.qualified_name)


def label_value(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.label_value)


def label_map(errors: Errors, path: str, labels: dict[str, str] | None) -> None:
    errors += names.validate_labels(labels or {}, path)


def annotation_map(errors: Errors, path: str, annotations: dict[str, str] | None) -> None:
    errors += names.validate_annotations(annotations or {}, path)


def selector(errors: Errors, path: str, value: dict[str, Any] | None) -> None:
    """A metav1.LabelSelector; None is fine."""
    errors += selectors.validate_label_selector(value, path)


def is_convertible(value: dict[str, Any] | None) -> bool:
    """Whether a selector has a meaning at all (upstream: LabelSelectorAsSelector succeeds)."""
    return not selectors.validate_label_selector(value, "")
