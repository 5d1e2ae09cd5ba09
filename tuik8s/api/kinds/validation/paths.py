"""File paths in fields.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import invalid
from tuik8s.api.kinds.validation.values import Errors

FILE_MODE = "must be a number between 0 and 0777 (octal), both inclusive"


def no_backsteps(errors: Errors, path: str, value: str) -> None:
    if ".." in value.split("/"):
        errors.append(invalid(path, value, "must not contain '..'"))


def local_descending(errors: Errors, path: str, value: str) -> None:
    if value.startswith("/"):
        errors.append(invalid(path, value, "must be a relative path"))
    no_backsteps(errors, path, value)


def local_non_reserved(errors: Errors, path: str, value: str) -> None:
    local_descending(errors, path, value)
    if value.startswith("..") and not value.startswith("../"):
        errors.append(invalid(path, value, "must not start with '..'"))


def file_mode(errors: Errors, path: str, value: int | None) -> None:
    if value is not None and not 0 <= value <= 0o777:
        errors.append(invalid(path, value, FILE_MODE))
