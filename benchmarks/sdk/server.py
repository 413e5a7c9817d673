"""The server that all are measured against: `python -m benchmarks.sdk.server PLAIN_PORT TLS_PORT CERTIFICATE`."""

import asyncio
import resource
import ssl
import sys

import httptools
import uvloop
from benchmarks.sdk.payload import ANSWER, STREAM

WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
PIECES = [b"%x\r\n%b\r\n" % (len(event), event) for event in STREAM]


class Server(asyncio.Protocol):
    """Answers as soon as a request is there; each event of a stream is a write of its own, one after the other."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)
        self.body = b""

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        streamed, self.body = b'"stream":true' in self.body.replace(b" ", b""), b""
        if not streamed:
            self.transport.write(WHOLE)
            return
        self.transport.write(HEAD)
        for piece in PIECES:
            self.transport.write(piece)
        self.transport.write(b"0\r\n\r\n")


async def serve(plain: int, tls: int, certificate: str) -> None:
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # As many may knock at once as are measured at once.
    await loop.create_server(Server, "127.0.0.1", plain, backlog=4096)
    await loop.create_server(Server, "127.0.0.1", tls, ssl=context, backlog=4096)
    await asyncio.Event().wait()


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
