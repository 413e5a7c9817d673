"""Everything one configuration decides, ready to serve. A reload builds a new service; requests keep the one they met."""

import msgspec

from accord.core.error import AccordError, ProviderError
from accord.core.frameless import frameless
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.engine.run_async import AsyncEngine
from accord.engine.standings import Standings
from accord.gateway import refusal
from accord.gateway.allowance import Allowance
from accord.gateway.config import Config, LimitSettings
from accord.gateway.conversation import Conversations
from accord.gateway.counting import Counting
from accord.gateway.dispatch import Dispatch
from accord.gateway.endpoint import Endpoint, Endpoints
from accord.gateway.endpoint_table import fail_for, rows
from accord.gateway.explain import Explanation
from accord.gateway.headers import id_headers
from accord.gateway.health import Health
from accord.gateway.http import Answer, Request, Response
from accord.gateway.key import Key, Keyring, presented_keys
from accord.gateway.lanes import KeyLanes, Lanes
from accord.gateway.ledger import Ledger
from accord.gateway.log import GatewayLog
from accord.gateway.metrics.board import Place
from accord.gateway.metrics.scrape import Scrape
from accord.gateway.metrics.tally import Tally
from accord.gateway.operation import Operations
from accord.gateway.origin import foreign
from accord.gateway.request_id import RequestIds
from accord.gateway.resolve import Directory, Shadow
from accord.gateway.shadow import Shadows
from accord.gateway.stored.open import empty_shelf
from accord.gateway.stored.shelf import Shelf
from accord.gateway.upload import Upload
from accord.gateway.visit import Visit
from accord.gateway.wire import Fail, response_of


class Service:
    """Lets requests in and answers them."""

    def __init__(
        self,
        config: Config,
        engine: AsyncEngine,
        health: Health,
        shelf: Shelf | None = None,
        tally: Tally | None = None,
        place: Place | None = None,
        standings: Standings | None = None,
        shadows: Shadows | None = None,
    ) -> None:
        """`engine`, `shelf`, `tally`, `place`, `standings` and `shadows` outlive the service: they are shared with the services before and after.
        Without a `shelf` no answers are kept; `place` is where several workers meet.
        """
        settings = config.gateway
        self.body_limit: int = settings.body_limit
        self.heartbeat: float = settings.heartbeat
        self.limits: LimitSettings = settings.limits
        self.log: GatewayLog = GatewayLog(settings.logging)
        self._ids = RequestIds()
        self._keyring = Keyring(settings.named_keys)
        directory = Directory(config, standings or Standings())
        options = Options(on_unsupported=settings.on_unsupported, fetch_media=settings.fetch_media)
        shelf = shelf or empty_shelf()
        self._shadows = shadows or Shadows(engine)
        allowance = Allowance(engine.limiter)
        dispatch = Dispatch(engine, options, allowance, self._mirror)
        conversations = Conversations(directory, dispatch, shelf, drops=settings.on_unsupported == "drop")
        counting = Counting(directory, engine, options, shelf)
        operations = Operations(directory, dispatch)
        self._tally = tally or Tally()
        self._public = config.models
        self._ledger = Ledger(settings.logging, self._tally, self._public)
        self._lanes = Lanes(directory, dispatch, engine, allowance, self._ledger, settings.heartbeat)
        scrape = (Scrape(settings.metrics, self._tally, place).endpoint(),) if settings.metrics.enabled else ()
        explanation = Explanation(directory, engine, options, shelf).endpoint()
        served = rows(directory, conversations, counting, operations, health, shelf)
        self._endpoints = Endpoints((*served, explanation, *scrape))

    def enter(self, request: Request, started: float) -> "Entry":
        """Decides on a request by its head: whether it is let in, and who serves it."""
        visit = Visit(request, self._ids.of(request.named.get("x-request-id")), started)
        by_method = self._endpoints.find(request.path)
        endpoint = by_method.get("GET" if request.method == "HEAD" else request.method)
        upload: Upload | None = None
        try:
            self._admit(visit, endpoint)
            if endpoint is None:
                self._miss(request, list(by_method))
            elif endpoint.serve_form is not None:
                upload = Upload(request.named.get("content-type", ""))
        except AccordError as error:
            known = endpoint or next(iter(by_method.values()), None)
            fail = (known.fail if known is not None else None) or fail_for(request)
            return Entry(visit, None, fail, refused=refused(visit, error, fail, allow=tuple(by_method)))
        assert endpoint is not None
        fail = endpoint.fail or fail_for(request)
        lanes = self._lanes.of(request, visit.key) if endpoint.lanes else None
        # A form has its parts read as they come: each needs a reader of its own, and is let in anew.
        if upload is not None:
            return Entry(visit, endpoint, fail, upload=upload)
        return Entry(visit, endpoint, fail, Admission(self, endpoint, fail, visit.key, lanes))

    def enter_again(self, request: Request, started: float, before: "Admission") -> "Entry | None":
        """The same for a request whose head differs in the length of its body alone from one that was let in, where that is not too
        long. `None` where another service decided then.
        """
        if before.service is not self:
            return None
        visit = Visit(request, self._ids.of(request.named.get("x-request-id")), started, before.key)
        return Entry(visit, before.endpoint, before.fail, before)

    async def answer(self, entry: "Entry", body: bytes | Upload) -> Answer:
        """The answer to a request that was let in. Never raises for what callers or providers do."""
        visit, endpoint = entry.visit, entry.endpoint
        assert endpoint is not None
        if self.log.exposes:
            visit.prompt = body if isinstance(body, bytes) else body.told()
        try:
            if isinstance(body, bytes):
                assert endpoint.serve is not None
                return await endpoint.serve(visit, body)
            assert endpoint.serve_form is not None
            return await endpoint.serve_form(visit, body.parts)
        except AccordError as error:
            return refused(visit, error, entry.fail)

    def finish(self, entry: "Entry", now: float) -> None:
        """Counts a request that is over, and writes its line. Probes and scrapes are neither counted nor, where they went
        well, logged: they would drown the rest.
        """
        visit = entry.visit
        probe = entry.endpoint is not None and entry.endpoint.public
        if not probe:
            if self._ledger.enter(visit, now):
                return
            self._tally.count(visit, self._public, now)
        self.log.finished(visit, now, probe=probe)

    def turn_away(self, status: int, message: str, peer: str) -> None:
        """Counts and logs what a server refused because it was no request."""
        self._tally.turned_away(status)
        self.log.turned_away(status, message, peer)

    def _mirror(self, visit: Visit, shadow: Shadow, request: ChatRequest, options: Options) -> None:
        self._shadows.maybe(visit, shadow, request, options, self._mirrored)

    def _mirrored(self, copy: Visit, now: float) -> None:
        self._tally.count(copy, self._public, now)
        self.log.finished(copy, now, probe=False)

    def _admit(self, visit: Visit, endpoint: Endpoint | None) -> None:
        """Raises the error of a request that may not come in. Who has no key learns nothing of what there is."""
        request = visit.request
        if endpoint is not None and endpoint.public:
            return
        if self._keyring.is_open:
            why = foreign(request)
            if why is not None:
                raise refusal.foreign_caller(why)
        key = self._keyring.find(request)
        if key is None:
            raise refusal.bad_key() if any(presented_keys(request)) else refusal.no_key()
        visit.key = key
        if endpoint is not None and endpoint.method == "POST":
            self._check_body(request, endpoint.takes)

    def _miss(self, request: Request, allowed: list[str]) -> None:
        if allowed:
            raise refusal.wrong_method(request.method, allowed)
        raise refusal.unknown_path(request.path, self._endpoints.nearest(request.path))

    def _check_body(self, request: Request, takes: str) -> None:
        named = request.named
        content_type = named.get("content-type", takes)
        if content_type != takes and content_type.partition(";")[0].strip().lower() != takes:
            raise refusal.wrong_type(takes, content_type)
        encoding = named.get("content-encoding")
        if encoding is not None and encoding.lower() != "identity":
            raise refusal.encoded(encoding)
        length = named.get("content-length")
        if length is not None and length.isdecimal() and int(length) > self.body_limit:
            raise refusal.too_large(self.body_limit)


class Admission(msgspec.Struct, eq=False):
    """What was decided of a request by its head."""

    service: Service
    """Who decided it: after a reload it may be decided otherwise."""
    endpoint: Endpoint
    fail: Fail
    key: Key
    lanes: KeyLanes | None = None
    """The lanes of its kind, where it may have one."""


class Entry(msgspec.Struct, eq=False):
    """A request at the door: let in to an endpoint, or with the answer that refuses it."""

    visit: Visit
    endpoint: Endpoint | None
    fail: Fail
    admission: Admission | None = None
    """What holds for all requests with its head, where anything does."""
    refused: Response | None = None
    upload: Upload | None = None
    """Takes the body, where it is a form with files. Whoever serves the request closes it."""


def refused(visit: Visit, error: AccordError, fail: Fail, allow: tuple[str, ...] = ()) -> Response:
    """The error answer in the caller's wire."""
    visit.error = frameless(error)
    status = error.status if isinstance(error, ProviderError) else None
    headers = id_headers(visit)
    if status == 405:
        headers = (("allow", ", ".join(allow)), *headers)
    if isinstance(error, ProviderError) and not error.retryable:
        headers = (("x-should-retry", "false"), *headers)
    return response_of(fail(error), status, headers)
