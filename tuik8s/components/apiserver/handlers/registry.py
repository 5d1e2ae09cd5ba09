"""The handler of every verb."""

from __future__ import annotations

from typing import Final

from tuik8s.components.apiserver.handlers import (
    create,
    delete,
    deletecollection,
    get,
    list,
    patch,
    update,
    watch,
)
from tuik8s.components.apiserver.handlers.base import Handler

HANDLERS: Final[dict[str, Handler]] = {
    "get": get.handle,
    "list": list.handle,
    "watch": watch.handle,
    "create": create.handle,
    "update": update.handle,
    "patch": patch.handle,
    "delete": delete.handle,
    "deletecollection": deletecollection.handle,
}
