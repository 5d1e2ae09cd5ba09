"""Discovery at /api and /apis, plain or aggregated as the client asks.

Source: k8s.io/apiserver pkg/endpoints/discovery (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api import discovery
from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.answers import Answer, json_answer
from tuik8s.components.apiserver.negotiation import DISCOVERY_FORMS, PLAIN_FORMS

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

AGGREGATED: Final = "application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"


def answer(core: Core, request: Request, parts: list[str]) -> Answer | None:
    """The document at /api..., None when there is none."""
    if len(parts) == 1:
        form = DISCOVERY_FORMS.form(request.accept)
        if form.shape:
            return _aggregated(core, parts[0] == "api", form.version)
    else:
        PLAIN_FORMS.form(request.accept)
    value = _plain(core, parts)
    return None if value is None else json_answer(value)


def _plain(core: Core, parts: list[str]) -> Object | None:
    kinds = core.kinds
    if parts[0] == "api":
        if len(parts) == 1:
            config = core.config
            return discovery.api_versions(f"{config.advertise_address}:{config.advertise_port}")
        return discovery.resource_list(kinds, "", parts[1]) if len(parts) == 2 else None
    if len(parts) == 1:
        return discovery.group_list(kinds)
    if len(parts) == 2:
        return discovery.group(kinds, parts[1])
    return discovery.resource_list(kinds, parts[1], parts[2])


def _aggregated(core: Core, is_core: bool, version: str) -> Answer:
    found = discovery.aggregated(core.kinds, core=is_core, version=version)
    answered = json_answer(found, media=AGGREGATED.format(version=version))
    answered.headers = (("Vary", "Accept"),)
    return answered
