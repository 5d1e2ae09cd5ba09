"""JSON lines over a socket: whole messages, in pieces or in bulk, and a peer that goes away."""

from __future__ import annotations

import socket

from tuik8s.components.supervisor.channel import Channel


def test_messages_arrive_whole_and_in_order() -> None:
    left, right = socket.socketpair()
    sender, receiver = Channel(left), Channel(right)
    for number in range(3):
        sender.send({"n": number})
    assert receiver.receive() == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_a_message_in_pieces_is_put_together() -> None:
    left, right = socket.socketpair()
    receiver = Channel(right)
    left.sendall(b'{"a":')
    assert receiver.receive() == []
    left.sendall(b"1}\n")
    assert receiver.receive() == [{"a": 1}]


def test_what_is_no_message_is_passed_over() -> None:
    left, right = socket.socketpair()
    receiver = Channel(right)
    left.sendall(b"nonsense\n[1]\n{}\n")
    assert receiver.receive() == [{}]


def test_a_closed_peer_is_noticed() -> None:
    left, right = socket.socketpair()
    receiver = Channel(right)
    left.close()
    assert receiver.receive() == []
    assert receiver.closed


def test_a_peer_that_does_not_read_is_cut_off() -> None:
    left, right = socket.socketpair()
    sender = Channel(left)
    for _ in range(200):
        sender.send({"text": "x" * 65536})
    assert sender.closed
    right.close()
