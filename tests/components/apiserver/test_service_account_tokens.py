"""Tokens that the server issued: who they speak for, and when they no longer hold."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.types import Object
from tuik8s.components.apiserver.authentication.base import Credentials, Refused
from tuik8s.components.apiserver.authentication.service_accounts import (
    ServiceAccountTokens,
    audiences_of,
)
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.apiserver.service_tokens import TokenSigner
from tuik8s.world.simulated import EPOCH_MS, Simulation

ISSUER = ApiServerConfig().issuer
NOW_S = EPOCH_MS // 1000
ACCOUNT = {"metadata": {"name": "bot", "namespace": "shop", "uid": "u1"}}
POD = {"metadata": {"name": "p", "namespace": "shop", "uid": "u2"}}


class Shelf:
    """A reader over a few objects."""

    def __init__(self, **objects: Object) -> None:
        self._objects = objects

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        return self._objects.get(resource)

    def list_(self, resource: str, namespace: str = "") -> list[Object]:
        return []

    def generation(self, resource: str) -> int:
        return 0

    def follow(self, resource: str, call: Any) -> None:
        """Nothing changes here."""


@pytest.fixture(scope="module")
def signer() -> TokenSigner:
    return TokenSigner(ApiServerConfig(), Simulation(1).host("apiserver").world.disk("keys"))


def claims(**changed: Any) -> dict[str, Any]:
    made = {
        "iss": ISSUER,
        "aud": [ISSUER],
        "exp": NOW_S + 3600,
        "nbf": NOW_S,
        "jti": "j1",
        "sub": "system:serviceaccount:shop:bot",
        "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "bot", "uid": "u1"}},
    }
    return {**made, **changed}


def test_a_good_token_is_its_account(signer: TokenSigner) -> None:
    member = ServiceAccountTokens(signer, Shelf(serviceaccounts=ACCOUNT))
    user = member.authenticate(Credentials(token=signer.sign(claims())), EPOCH_MS)
    assert user is not None
    assert user.name == "system:serviceaccount:shop:bot"
    assert user.groups[:2] == ("system:serviceaccounts", "system:serviceaccounts:shop")
    assert user.extra == {"authentication.kubernetes.io/credential-id": ("JTI=j1",)}


def test_a_bound_pod_is_told(signer: TokenSigner) -> None:
    private = {**claims()["kubernetes.io"], "pod": {"name": "p", "uid": "u2"}}
    member = ServiceAccountTokens(signer, Shelf(serviceaccounts=ACCOUNT, pods=POD))
    token = signer.sign(claims(**{"kubernetes.io": private}))
    user = member.authenticate(Credentials(token=token), EPOCH_MS)
    assert user is not None
    assert user.extra["authentication.kubernetes.io/pod-name"] == ("p",)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"exp": NOW_S}, id="expired"),
        pytest.param({"nbf": NOW_S + 1}, id="not yet valid"),
        pytest.param({"aud": ["elsewhere"]}, id="another audience"),
        pytest.param(
            {"kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "bot", "uid": "x"}}},
            id="another account of that name",
        ),
        pytest.param(
            {
                "kubernetes.io": {
                    "namespace": "shop",
                    "serviceaccount": {"name": "bot", "uid": "u1"},
                    "pod": {"name": "p", "uid": "u2"},
                }
            },
            id="bound pod is gone",
        ),
    ],
)
def test_what_does_not_hold_is_refused(signer: TokenSigner, changed: dict[str, Any]) -> None:
    member = ServiceAccountTokens(signer, Shelf(serviceaccounts=ACCOUNT))
    with pytest.raises(Refused):
        member.authenticate(Credentials(token=signer.sign(claims(**changed))), EPOCH_MS)


def test_a_changed_token_is_refused(signer: TokenSigner) -> None:
    header, _, signature = signer.sign(claims()).split(".")
    other = signer.sign(claims(sub="system:serviceaccount:kube-system:x")).split(".")[1]
    member = ServiceAccountTokens(signer, Shelf(serviceaccounts=ACCOUNT))
    with pytest.raises(Refused):
        member.authenticate(Credentials(token=f"{header}.{other}.{signature}"), EPOCH_MS)


@pytest.mark.parametrize("token", ["", "admin-token", "a.b.c", "e30.e30.e30"])
def test_other_tokens_are_passed_on(signer: TokenSigner, token: str) -> None:
    member = ServiceAccountTokens(signer, Shelf())
    assert member.authenticate(Credentials(token=token), EPOCH_MS) is None


def test_a_token_for_another_is_good_where_that_one_asks(signer: TokenSigner) -> None:
    member = ServiceAccountTokens(signer, Shelf(serviceaccounts=ACCOUNT))
    token = signer.sign(claims(aud=["vault", "other"]))
    assert member.authenticate(Credentials(token=token, audiences=("vault",)), EPOCH_MS)
    with pytest.raises(Refused):
        member.authenticate(Credentials(token=token), EPOCH_MS)
    assert audiences_of(token) == ("vault", "other")
    assert audiences_of("alice-token") == ()
