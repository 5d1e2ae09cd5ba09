"""Pairs of ports as they are typed."""

from __future__ import annotations

import pytest

from tuik8s.api.remote_port import ports_in


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", (80, "80")),
        ("8080:80", (8080, "80")),
        (":80", (0, "80")),
        ("0:80", (0, "80")),
        ("8080:http", (8080, "http")),
        *(
            (bad, None)
            for bad in ("", ":", "http", "8080:", "1:2:3", "x:80", "65536", "0", "-1:80")
        ),
        ("9" * 5_000, None),
    ],
)
def test_ports(text: str, ports: tuple[int, str] | None) -> None:
    if ports is not None:
        assert ports_in(text) == ports
        return
    with pytest.raises(ValueError, match="write 8080:80"):
        ports_in(text)
