import asyncio
import random
import time
from collections.abc import Callable

import pytest
import uvloop

from accord.core.error import AccordError
from accord.core.http import Call, Network, Timeouts
from accord.testing.transport import Origin, Peer, chunked, plain
from accord.transport.asyncio_http1 import AsyncHttp1

LIMIT = 5


def moody(peer: Peer) -> None:
    """Does to each request what its body asks for."""
    while (request := peer.request()) is not None:
        match int(request.body) % 7:
            case 0:
                time.sleep(0.005)
                peer.send(plain())
            case 1:
                peer.reset()
                return
            case 2:
                return
            case 3:
                peer.send(plain(b"x" * 3000)[:-1])
                return
            case 4:
                peer.send(plain(headers="connection: close\r\n"))
                return
            case _:
                peer.send(chunked(b"abc", b"d" * 100_000))


async def one(transport: AsyncHttp1, url: str, mood: random.Random) -> None:
    timeouts = Timeouts(
        connect=2.0, first_byte=mood.choice((0.004, 1.0)), idle=1.0, total=mood.choice((None, 0.01, 1.0))
    )
    body = str(mood.randrange(1000)).encode()
    network = Network(max_connections=LIMIT)
    leaves_early = mood.random() < 0.2
    call = Call(method="POST", url=url, headers=(), body=body, network=network, timeouts=timeouts)
    try:
        answer = await transport.send(call)
        while await answer.read():
            if leaves_early:
                break
        await answer.close()
    except AccordError:
        pass


async def chaos() -> None:
    """Calls that fail, hurry, leave and are cancelled, all at once; afterwards, every place is accounted for."""
    mood = random.Random(7)
    with Origin(moody) as origin:
        transport = AsyncHttp1()
        for _ in range(8):
            tasks = [asyncio.ensure_future(one(transport, origin.url, mood)) for _ in range(40)]
            for _ in range(15):
                await asyncio.sleep(mood.random() * 0.004)
                mood.choice(tasks).cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                assert outcome is None or isinstance(outcome, asyncio.CancelledError), outcome
        await asyncio.sleep(0.02)
        pools = transport._loops.get(asyncio.get_running_loop())
        assert pools is not None
        (pool,) = pools._pools.values()
        assert pool._places == len(pool.connections) == len(pool._free) <= LIMIT
        assert not pool._waiting
        assert not pool._asking
        await transport.close()
        origin.problems.clear()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_every_place_is_accounted_for(run: Callable[[object], None]) -> None:
    run(chaos())
