"""Token Secrets made by hand: filled in, or removed when their ServiceAccount is not there.

Source: k8s.io/kubernetes pkg/controller/serviceaccount/tokens_controller.go, 1.36. Upstream signs
a token without expiry itself; here the API server is asked for one that is bound to the Secret
and lasts as long as it grants, so that the signing key has one owner.
"""

from __future__ import annotations

from base64 import b64encode

from tuik8s.api.meta import annotations_of, is_deleting, name_of, namespace_of, uid_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Create,
    Delete,
    Get,
    Outcomes,
    Plan,
    Update,
    View,
    Wake,
)

_TYPE = "kubernetes.io/service-account-token"
_NAME = "kubernetes.io/service-account.name"
_UID = "kubernetes.io/service-account.uid"
_LONGEST_SECONDS = 2**32


def _token_secret(change: Change, view: View) -> tuple[Key, ...]:
    secret = change.new
    if secret is None or secret.get("type") != _TYPE:
        return ()
    return (Key("secrets", namespace_of(secret), name_of(secret)),)


def _secrets_of_account(change: Change, view: View) -> list[Key]:
    account = change.last
    if change.old is not None and change.new is not None:
        return []
    value = f"{namespace_of(account)}/{name_of(account)}"
    found = view.by_index("secrets", "account", value)
    return [Key("secrets", namespace_of(secret), name_of(secret)) for secret in found]


class TokenReconciler:
    """Fill in or remove Secrets of type kubernetes.io/service-account-token."""

    name = "serviceaccount-token"
    account = ""  # the process itself: no role is made for this one
    component = "serviceaccount-token-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake("secrets", _token_secret),
        Wake("serviceaccounts", _secrets_of_account),
    )

    def __init__(self, root_ca: str) -> None:
        self._root_ca = root_ca

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        secret = view.get("secrets", key.namespace, key.name)
        if secret is None or is_deleting(secret) or secret.get("type") != _TYPE:
            return NOTHING
        name = annotations_of(secret).get(_NAME, "")
        account = view.get("serviceaccounts", key.namespace, name)
        if account is None:
            live = Get(resource="serviceaccounts", namespace=key.namespace, name=name)
            return Plan(writes=(live,), then=lambda outcomes: _remove_unless(outcomes, secret))
        if annotations_of(secret).get(_UID, uid_of(account)) != uid_of(account):
            return Plan(writes=(_delete(secret),))
        if self._is_filled(secret, account):
            return NOTHING
        data = secret.get("data") or {}
        if data.get("token"):
            return self._fill(secret, account, data["token"])
        asked = Create(
            resource="serviceaccounts",
            subresource="token",
            name=name,
            obj=_token_request(secret),
        )

        def then(outcomes: Outcomes) -> Plan:
            if not outcomes[0].ok:
                return NOTHING
            token = outcomes[0].obj["status"]["token"]
            return self._fill(secret, account, _encoded(token))

        return Plan(writes=(asked,), then=then)

    def _is_filled(self, secret: Object, account: Object) -> bool:
        data = secret.get("data") or {}
        wanted = (_encoded(self._root_ca), _encoded(namespace_of(secret)))
        if (data.get("ca.crt"), data.get("namespace")) != wanted or not data.get("token"):
            return False
        return annotations_of(secret).get(_UID) == uid_of(account)

    def _fill(self, secret: Object, account: Object, token: str) -> Plan:
        annotations = {
            **annotations_of(secret),
            _NAME: name_of(account),
            _UID: uid_of(account),
        }
        data = {
            **(secret.get("data") or {}),
            "ca.crt": _encoded(self._root_ca),
            "namespace": _encoded(namespace_of(secret)),
            "token": token,
        }
        metadata = {**secret["metadata"], "annotations": annotations}
        return Plan(
            writes=(Update(resource="secrets", obj={**secret, "metadata": metadata, "data": data}),)
        )


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def _token_request(secret: Object) -> Object:
    bound = {"kind": "Secret", "apiVersion": "v1", "name": name_of(secret), "uid": uid_of(secret)}
    return {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "metadata": {"namespace": namespace_of(secret)},
        "spec": {"audiences": [], "expirationSeconds": _LONGEST_SECONDS, "boundObjectRef": bound},
    }


def _remove_unless(outcomes: Outcomes, secret: Object) -> Plan:
    return Plan(writes=(_delete(secret),)) if outcomes[0].code == 404 else NOTHING


def _delete(secret: Object) -> Delete:
    return Delete(
        resource="secrets",
        namespace=namespace_of(secret),
        name=name_of(secret),
        uid=uid_of(secret),
    )
