"""What names, keys and values may look like: text in, upstream's complaints out.

Validators of whole object names are `NameRule`s: they take the name and whether it is only the
prefix of a generated one. `object_meta` judges metadata as a whole (`validate_object_meta`).

Source: k8s.io/apimachinery pkg/util/validation, pkg/api/validate/content, pkg/api/validation
(1.36).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tuik8s.api.errors import FieldError, invalid, too_long

NameRule = Callable[[str, bool], list[str]]

ANNOTATIONS_SIZE_MAX: Final = 256 * 1024

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY_NAME: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE: Final = f"({_KEY_NAME})?"
_C_IDENTIFIER: Final = "[A-Za-z_][A-Za-z0-9_]*"
_ENV_VAR: Final = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_CONFIG_KEY: Final = "[-._a-zA-Z0-9]+"
_HEADER: Final = "[-A-Za-z0-9]+"
_HTTP_PATH: Final = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_WILDCARD: Final = rf"\*\.{_SUBDOMAIN}"

_ALNUM_ENDS: Final = "and must start and end with an alphanumeric character"
_KEY_SHAPE: Final = f"must consist of alphanumeric characters, '-', '_' or '.', {_ALNUM_ENDS}"


class _Shape:
    """A regular expression and the complaint of what does not match it."""

    def __init__(self, pattern: str, complaint: str, *examples: str) -> None:
        shown = " or ".join(f"'{example}', " for example in examples)
        hint = f"e.g. {shown}regex" if examples else "regex"
        self.complaint = f"{complaint} ({hint} used for validation is '{pattern}')"
        self.matches = re.compile(pattern).fullmatch

    def check(self, value: str) -> list[str]:
        return [] if self.matches(value) else [self.complaint]


_LABEL_SHAPE = _Shape(
    _LABEL,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    + _ALNUM_ENDS,
    "my-name",
    "123-abc",
)
_SUBDOMAIN_SHAPE = _Shape(
    _SUBDOMAIN,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    f"'.', {_ALNUM_ENDS}",
    "example.com",
)
_LABEL_1035_SHAPE = _Shape(
    _LABEL_1035,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character",
    "my-name",
    "abc-123",
)
_KEY_EXAMPLES: Final = ("MyName", "my.name", "123-abc")
_KEY_NAME_SHAPE = _Shape(_KEY_NAME, f"name part {_KEY_SHAPE}", *_KEY_EXAMPLES)
_WHOLE_KEY_SHAPE = _Shape(_KEY_NAME, f"a valid label key {_KEY_SHAPE}", *_KEY_EXAMPLES)
_LABEL_VALUE_SHAPE = _Shape(
    _LABEL_VALUE,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    f"'.', {_ALNUM_ENDS}",
    "MyValue",
    "my_value",
    "12345",
)
_C_IDENTIFIER_SHAPE = _Shape(
    _C_IDENTIFIER,
    "a valid C identifier must start with alphabetic character or '_', followed by a string of "
    "alphanumeric characters or '_'",
    "my_name",
    "MY_NAME",
    "MyName",
)
_ENV_VAR_SHAPE = _Shape(
    _ENV_VAR,
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', "
    "or '.', and must not start with a digit",
    "my.env-name",
    "MY_ENV.NAME",
    "MyEnvName1",
)
_CONFIG_KEY_SHAPE = _Shape(
    _CONFIG_KEY,
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    "key.name",
    "KEY_NAME",
    "key-name",
)
_HEADER_SHAPE = _Shape(
    _HEADER, "a valid HTTP header must consist of alphanumeric characters or '-'", "X-Header-Name"
)
_HTTP_PATH_SHAPE = _Shape(
    _HTTP_PATH, "must be a valid HTTP path", "/", "/path", "/path/to/resource"
)
_WILDCARD_SHAPE = _Shape(
    _WILDCARD,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which "
    "must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric "
    "character",
    "*.example.com",
)


def quoted(text: str) -> str:
    """A string as messages show it."""
    return json.dumps(text, ensure_ascii=False)


def size_of(text: str) -> int:
    """Length in bytes, which is what upstream counts, whatever its messages say."""
    return len(text) if text.isascii() else len(text.encode())


def _longer_than(value: str, limit: int, unit: str = "characters") -> list[str]:
    return [f"must be no more than {limit} {unit}"] if size_of(value) > limit else []


def dns1123_label(value: str) -> list[str]:
    errors = _longer_than(value, 63)
    if not _LABEL_SHAPE.matches(value):
        dots = _SUBDOMAIN_SHAPE.matches(value)
        errors.append("must not contain dots" if dots else _LABEL_SHAPE.complaint)
    return errors


def dns1123_subdomain(value: str) -> list[str]:
    return _longer_than(value, 253) + _SUBDOMAIN_SHAPE.check(value)


def dns1035_label(value: str) -> list[str]:
    return _longer_than(value, 63) + _LABEL_1035_SHAPE.check(value)


def wildcard_dns1123_subdomain(value: str) -> list[str]:
    return _longer_than(value, 253) + _WILDCARD_SHAPE.check(value)


def qualified_name(value: str) -> list[str]:
    """A label key, annotation key or resource name: `[prefix/]name`."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        hint = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [_WHOLE_KEY_SHAPE.complaint + hint]
    errors: list[str] = []
    if slash and not prefix:
        errors.append("prefix part must be non-empty")
    elif prefix:
        errors += [f"prefix part {text}" for text in dns1123_subdomain(prefix)]
    if not name:
        errors.append("name part must be non-empty")
    else:
        errors += [f"name part {text}" for text in _longer_than(name, 63, "bytes")]
    return errors + _KEY_NAME_SHAPE.check(name)


label_key = qualified_name


def label_value(value: str) -> list[str]:
    return _longer_than(value, 63, "bytes") + _LABEL_VALUE_SHAPE.check(value)


def c_identifier(value: str) -> list[str]:
    return _C_IDENTIFIER_SHAPE.check(value)


def relaxed_env_var_name(value: str) -> list[str]:
    """What containers may call a variable since 1.32: printable ASCII without `=`."""
    if not value:
        return ["environment variable name must be non-empty"]
    if all(" " <= character <= "~" and character != "=" for character in value):
        return []
    return [
        "a valid environment variable name must consist only of printable ASCII characters other "
        "than '='"
    ]


def config_map_key(value: str) -> list[str]:
    """A key of a ConfigMap or Secret, which becomes a file name."""
    return _longer_than(value, 253) + _CONFIG_KEY_SHAPE.check(value) + _directory_prefix(value)


def http_header_name(value: str) -> list[str]:
    return _HEADER_SHAPE.check(value)


def _directory_prefix(value: str) -> list[str]:
    if value in (".", ".."):
        return [f"must not be '{value}'"]
    return ["must not start with '..'"] if value.startswith("..") else []


def port_number(port: int) -> list[str]:
    return [] if 1 <= port <= 65535 else ["must be between 1 and 65535, inclusive"]


def port_name(value: str) -> list[str]:
    """A service name after RFC 6335."""
    errors = _longer_than(value, 15)
    if not re.fullmatch("[-a-z0-9]+", value):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        errors.append("must contain at least one letter (a-z)")
    if "--" in value:
        errors.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        errors.append("must not begin or end with a hyphen")
    return errors


def path_segment_name(value: str) -> list[str]:
    """A name that is only asked to fit into one segment of a URL (RBAC kinds)."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{character}'" for character in "/%" if character in value]


def fully_qualified_name(value: str) -> list[str]:
    """A domain of at least three segments (signer and driver names' own rules differ)."""
    if not value:
        return ["must be non-empty"]
    if errors := dns1123_subdomain(value):
        return errors
    if value.count(".") < 2:
        return ["should be a domain with at least three segments separated by dots"]
    return []


def domain_prefixed_path(value: str) -> list[str]:
    """`acme.io/foo`: a domain, a slash, a path."""
    host, slash, path = value.partition("/")
    if not value:
        return ["must be non-empty"]
    if not slash or not host or not path:
        return ['must be a domain-prefixed path (such as "acme.io/foo")']
    errors = dns1123_subdomain(host)
    if not _HTTP_PATH_SHAPE.matches(path):
        errors.append(f"Invalid path: {_HTTP_PATH_SHAPE.complaint}")
    return errors


def _named(check: Callable[[str], list[str]]) -> NameRule:
    def rule(name: str, prefix: bool) -> list[str]:
        # A prefix may end with a dash, since more follows.
        if prefix and len(name) > 1 and name.endswith("-"):
            name = name[:-2] + "a"
        return check(name)

    return rule


name_is_subdomain: Final = _named(dns1123_subdomain)
name_is_label: Final = _named(dns1123_label)


def name_is_path_segment(name: str, prefix: bool) -> list[str]:
    """As `path_segment_name`; a prefix may be `.` since more follows."""
    errors = path_segment_name(name)
    return [text for text in errors if not (prefix and text.startswith("may not be"))]


def validate_labels(labels: Mapping[str, str], field: str) -> list[FieldError]:
    """Errors of a map of labels; all are reported on the map itself."""
    errors: list[FieldError] = []
    for key in sorted(labels):
        errors += [invalid(field, key, text) for text in qualified_name(key)]
        value = labels[key]
        errors += [invalid(field, value, text) for text in label_value(value)]
    return errors


def validate_annotations(annotations: Mapping[str, str], field: str) -> list[FieldError]:
    """Errors of a map of annotations; keys are judged in lower case."""
    errors: list[FieldError] = []
    for key in sorted(annotations):
        errors += [invalid(field, key, text) for text in qualified_name(key.lower())]
    if _total_size(annotations.items()) > ANNOTATIONS_SIZE_MAX:
        errors.append(too_long(field, ANNOTATIONS_SIZE_MAX))
    return errors


def _total_size(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(size_of(key) + size_of(value) for key, value in pairs)
