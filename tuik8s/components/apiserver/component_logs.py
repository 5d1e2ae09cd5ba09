"""/logs/: what the processes of the cluster wrote, also those that are dead or cut off now.

    GET /logs/                            which logs there are (on the bus: {"parties": [...]})
    GET /logs/kubelet.node-1.log?...      lines of one; see `world.log_pages`

Upstream's server hands out the files of /var/log of its machine here; ours those of the machine
that the cluster lives on. A node's own are at nodes/NODE/proxy/logs/, too, as long as its kubelet
answers.

Source: k8s.io/kubernetes pkg/routes/logs.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import ApiError, bad_request, method_not_allowed
from tuik8s.api.types import Request
from tuik8s.components.apiserver.answers import Answer, encode_msgpack, text_answer
from tuik8s.world.log_files import LOGS, file_name, parties
from tuik8s.world.log_pages import log_page

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

PREFIX: Final = "/logs"


def is_here(path: str) -> bool:
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def answer(core: Core, request: Request, *, packed: bool) -> Answer:
    """The answer to a request below /logs/."""
    if request.verb != "get":
        raise method_not_allowed()
    disk = core.world.disk(LOGS)
    known = parties(disk)
    asked = request.path.removeprefix(PREFIX).lstrip("/")
    query = {name: values[-1] for name, values in request.query.items() if values}
    if packed and not asked and "query" not in query:
        return Answer(200, objects=(encode_msgpack({"parties": known}),))
    files = {file_name(party): party for party in known}
    page = log_page(disk, files, asked, query, core.world.now_ms())
    if page.code == 404 and packed:  # our own clients are told which there are
        raise ApiError(404, "NotFound", page.body.strip(), {})
    if page.code == 404:
        return text_answer(404, "404 page not found\n")
    if page.code == 400:
        raise bad_request(page.body.strip())
    return text_answer(page.code, page.body, page.media)
