"""The handler of every verb."""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.handlers import (
    create,
    delete,
    deletecollection,
    get,
    patch,
    update,
    watch,
)
from tuik8s.components.apiserver.handlers import list as listed
from tuik8s.components.apiserver.handlers.base import Handler

HANDLERS: Final[dict[str, Handler]] = {
    "get": get.handle,
    "list": listed.handle,
    "watch": watch.handle,
    "create": create.handle,
    "update": update.handle,
    "patch": patch.handle,
    "delete": delete.handle,
    "deletecollection": deletecollection.handle,
}
