"""Accord's own HTTP/1.1 server: asyncio.Protocol and httptools, nothing between a socket and the gateway's handlers.

`reader.py` turns bytes into requests, `sink.py` answers into bytes, `connection.py` ties both to one socket, `serve.py`
listens. HTTP/2 is left to a proxy in front, or to granian over the ASGI application.
"""
