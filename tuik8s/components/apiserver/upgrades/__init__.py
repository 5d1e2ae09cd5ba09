"""Protocols that a connection speaks after a 101: bytes in, bytes out, no sockets.

websocket  frames of RFC 6455, as a server          channels     remote commands over them
spdy       frames of SPDY/3.1, as a server          spdy_streams remote commands over them
"""
