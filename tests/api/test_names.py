"""Names and keys, with upstream's complaints."""

from __future__ import annotations

import pytest

from tuik8s.api import names

LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
CONFIG_KEY = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
    "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)


@pytest.mark.parametrize(
    ("check", "value", "want"),
    [
        (names.dns1123_label, "a-1", []),
        (names.dns1123_label, "A", [LABEL]),
        (names.dns1123_label, "a.b", ["must not contain dots"]),
        (names.dns1123_label, "a" * 64, ["must be no more than 63 characters"]),
        (names.dns1123_label, "a\n", [LABEL]),
        (names.dns1123_subdomain, "a.b-c", []),
        (names.dns1123_subdomain, "a" * 254, ["must be no more than 253 characters"]),
        (names.dns1035_label, "a1", []),
        (names.label_value, "", []),
        (names.label_value, "b" * 64, ["must be no more than 63 bytes"]),
        (names.qualified_name, "example.com/My.Name", []),
        (names.relaxed_env_var_name, "1A b", []),
        (names.config_map_key, "a b", [CONFIG_KEY]),
        (names.config_map_key, "..a", ["must not start with '..'"]),
        (names.port_name, "http", []),
        (names.port_name, "80", ["must contain at least one letter (a-z)"]),
        (names.port_name, "-a--", ["must not contain consecutive hyphens",
                                  "must not begin or end with a hyphen"]),
        (names.path_segment_name, "a/b%", ["may not contain '/'", "may not contain '%'"]),
        (names.fully_qualified_name, "a.b",
         ["should be a domain with at least three segments separated by dots"]),
        (names.domain_prefixed_path, "acme.io/foo", []),
    ],
)  # fmt: skip
def test_validators(check: object, value: str, want: list[str]) -> None:
    assert callable(check)
    assert check(value) == want


@pytest.mark.parametrize(
    ("rule", "name", "prefix", "valid"),
    [
        (names.name_is_subdomain, "a-", True, True),
        (names.name_is_subdomain, "a-", False, False),
        (names.name_is_label, "a.b", False, False),
        (names.name_is_path_segment, "A:b", False, True),
        (names.name_is_path_segment, ".", True, True),
        (names.name_is_path_segment, ".", False, False),
    ],
)
def test_rules(rule: names.NameRule, name: str, prefix: bool, valid: bool) -> None:
    assert (rule(name, prefix) == []) is valid
