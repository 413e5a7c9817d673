"""`GET /metrics`, and who may read it."""

import asyncio
from collections.abc import Iterable

from accord.core.error import Permission
from accord.dialects import openai_chat
from accord.gateway import refusal
from accord.gateway.config import KeySettings, MetricsSettings
from accord.gateway.endpoint import Endpoint
from accord.gateway.http import Request, Response
from accord.gateway.key import Keyring, presented_keys
from accord.gateway.metrics.board import Place
from accord.gateway.metrics.exposition import CONTENT_TYPE, exposition
from accord.gateway.metrics.series import merged, unpacked
from accord.gateway.metrics.tally import Tally
from accord.gateway.origin import foreign
from accord.gateway.visit import Visit

PATH = "/metrics"

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What proxies add: behind one, every caller seems to be on this machine."""


class Scrape:
    """Answers scrapes."""

    def __init__(self, settings: MetricsSettings, tally: Tally, place: Place | None = None) -> None:
        """`place` is where the other workers' numbers are, if there are any."""
        keys = () if settings.key is None else (KeySettings(name="metrics", key=settings.key),)
        self._keyring = Keyring(keys)
        self._tally = tally
        self._place = place

    def endpoint(self) -> Endpoint:
        """The row. It is public as far as the gateway's keys go: it lets in by its own rule."""
        return Endpoint(method="GET", path=PATH, serve=self.answer, fail=openai_chat.fail, public=True)

    async def answer(self, visit: Visit, body: bytes) -> Response:
        """All numbers, of all workers. Raises `Authentication` or `Permission`."""
        del body
        self._admit(visit.request)
        packs = [self._tally.taken(), *(self._place.others() if self._place is not None else ())]
        # A thousand series are fifty thousand lines, and no stream should stand still for them.
        text = await asyncio.to_thread(_written, packs)
        return Response(200, text, content_type=CONTENT_TYPE)

    def _admit(self, request: Request) -> None:
        if not self._keyring.is_open:
            if self._keyring.find(request) is None:
                raise refusal.bad_key() if any(presented_keys(request)) else refusal.no_key()
            return
        passed = next((name for name in _FORWARDED if request.header(name) is not None), None)
        why = f"it came through a proxy ({passed})" if passed else foreign(request)
        if why is not None:
            raise _closed(why)


def _written(packs: Iterable[bytes]) -> bytes:
    return exposition(merged([unpacked(pack) for pack in packs]))


def _closed(why: str) -> Permission:
    return Permission(
        f"Metrics are told to programs on this machine alone; {why[:200]}. Set `gateway.metrics.key` to scrape from elsewhere.",
        status=403,
        code="foreign_caller",
    )
