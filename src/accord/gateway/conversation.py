"""A conversation through the gateway: read in the caller's wire, answered by the target, written in the caller's wire."""

from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.option import Options
from accord.dialects.codec import Inbound
from accord.engine.run_async import AsyncEngine
from accord.gateway.conversation_failure import failed
from accord.gateway.conversation_stream import ConversationStream
from accord.gateway.headers import (
    accord_member,
    context_of,
    cost_headers,
    id_headers,
    target_headers,
    wants_accord,
    warning_headers,
)
from accord.gateway.http import Answer, Response
from accord.gateway.resolve import Directory, Resolved
from accord.gateway.visit import Visit
from accord.gateway.wire import Wire


class Conversations:
    """Serves every wire's conversations from one directory of models."""

    def __init__(self, directory: Directory, engine: AsyncEngine, options: Options) -> None:
        """`options` hold for all calls."""
        self._directory = directory
        self._engine = engine
        self._options = options

    async def answer(self, wire: Wire, visit: Visit, body: bytes) -> Answer:
        """The answer to one request, or the stream of one.

        Raises the `AccordError` of a request that cannot be read, or names no model.
        """
        inbound = wire.parse(body, visit.request)
        context = context_of(visit.request, visit.id)
        resolved = visit.resolved = self._directory.resolve(inbound.request.model, visit.key)
        if inbound.stream:
            visit.streamed = True
            stream_type = wire.stream_type(visit.request)
            return ConversationStream(self._engine, visit, inbound, resolved, self._options, context, stream_type)
        return await self._whole(visit, inbound, resolved, context)

    async def _whole(self, visit: Visit, inbound: Inbound, resolved: Resolved, context: RequestContext) -> Response:
        try:
            response = await self._engine.chat(
                resolved.target, inbound.request, options=self._options, context=context, inbound=inbound
            )
        except AccordError as error:
            return failed(visit, inbound, resolved, error)
        visit.usage, visit.cost, visit.attempts = response.usage, response.cost, response.attempts
        member = accord_member(visit, response.warnings) if wants_accord(visit.request) else None
        return Response(
            200,
            inbound.render(response, forwarded=response.forwarded, accord=member),
            (
                *id_headers(visit),
                *target_headers(resolved),
                *cost_headers(response.cost),
                *warning_headers(response.warnings),
            ),
        )
