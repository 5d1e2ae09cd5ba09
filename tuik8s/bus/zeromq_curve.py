"""CURVE on the bus: who may connect over tcp, and as whom.

Every client has a key pair; the server knows the public halves and which identities each may take
(ZeroMQ's "Ironhouse"). The handshake asks our ZAP handler, so a client without a listed key gets
nothing at all; and a request that claims an identity beyond its key's is dropped and counted.

Source: RFC 27/ZAP and RFC 26/CurveZMQ (rfc.zeromq.org); zmq_curve(7).
"""

from __future__ import annotations

from typing import Final

import msgspec
import zmq
from zmq.utils import z85

from tuik8s.bus.zeromq_socket import Context, SocketReader, new_socket
from tuik8s.world.live import LiveDriver

ZAP_ENDPOINT: Final = "inproc://zeromq.zap.01"
DOMAIN: Final = b"tuik8s"


class ClientKeys(msgspec.Struct, frozen=True):
    """A client's key pair (Z85 text)."""

    public: str
    secret: str

    def apply(self, socket: zmq.Socket[bytes], server_key: str) -> None:
        assert server_key, "a tcp address of the bus comes with the server's public key"
        socket.set(zmq.CURVE_PUBLICKEY, self.public.encode())
        socket.set(zmq.CURVE_SECRETKEY, self.secret.encode())
        socket.set(zmq.CURVE_SERVERKEY, server_key.encode())


class ServerKeys(msgspec.Struct):
    """The server's key pair, and per client's public key the identities it may take.

    An identity that ends in `*` allows a prefix (a machine that hosts many nodes).
    """

    public: str
    secret: str
    clients: dict[str, tuple[str, ...]] = {}

    def apply(self, socket: zmq.Socket[bytes]) -> None:
        socket.set(zmq.ZAP_DOMAIN, DOMAIN)
        socket.set(zmq.CURVE_SECRETKEY, self.secret.encode())
        socket.set(zmq.CURVE_SERVER, 1)

    def allows(self, key: str, identity: str) -> bool:
        return any(
            identity.startswith(allowed[:-1]) if allowed.endswith("*") else identity == allowed
            for allowed in self.clients.get(key, ())
        )


def new_key_pair() -> tuple[str, str]:
    """A fresh pair: public and secret key."""
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


class CurveGate:
    """The ZAP handler of a context, and the check of identities per request."""

    def __init__(self, driver: LiveDriver, context: Context, keys: ServerKeys) -> None:
        self.denied_count = 0
        self.forged_count = 0
        self._keys = keys
        self._socket = new_socket(context, zmq.REP, 1000)
        self._socket.bind(ZAP_ENDPOINT)
        self._reader = SocketReader(driver, self._socket, self._answer)

    def receive(self, socket: zmq.Socket[bytes], flags: int) -> list[bytes]:
        """Receive from a ROUTER; a message under a false identity comes back without content."""
        parts = socket.recv_multipart(flags, copy=False)
        frames = [part.bytes for part in parts]
        key = _user_of(parts[-1])
        identity = frames[0].decode(errors="replace").partition("#")[0]
        if key is not None and not self._keys.allows(key, identity):
            self.forged_count += 1
            return frames[:1]
        return frames

    def close(self) -> None:
        self._reader.close()

    def _answer(self, frames: list[bytes]) -> None:
        """Answer a handshake: 200 and the key as its user id, or 400."""
        version, request_id = frames[0], frames[1] if len(frames) > 1 else b""
        curve = len(frames) == 7 and frames[2] == DOMAIN and frames[5] == b"CURVE"
        key = z85.encode(frames[6]).decode() if curve else ""
        if key in self._keys.clients:
            answer = [version, request_id, b"200", b"OK", key.encode(), b""]
        else:
            self.denied_count += 1
            answer = [version, request_id, b"400", b"key is not listed", b"", b""]
        self._socket.send_multipart(answer)
        self._reader.check()


def _user_of(frame: zmq.Frame) -> str | None:
    """The key that the connection of a frame was let in with; None without CURVE."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:
        return None
