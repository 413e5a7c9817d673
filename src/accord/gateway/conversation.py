"""A conversation through the gateway: read in the caller's wire, answered by the target, written in the caller's wire."""

from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.dialects.codec import Inbound
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.gateway.conversation_stream import ConversationStream
from accord.gateway.dispatch import Dispatch
from accord.gateway.failure import failed
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
from accord.gateway.stored.keeper import Keeper
from accord.gateway.stored.shelf import Shelf
from accord.gateway.visit import Visit
from accord.gateway.wire import Wire
from accord.gateway.wish import split, wishes_of


class Conversations:
    """Serves every wire's conversations from one directory of models."""

    def __init__(self, directory: Directory, dispatch: Dispatch, shelf: Shelf, *, drops: bool = False) -> None:
        """`drops`: what a target cannot know is left out of requests to it, which are refused otherwise."""
        self._directory = directory
        self._dispatch = dispatch
        self._shelf = shelf
        self._drops = drops

    async def answer(self, wire: Wire, visit: Visit, body: bytes) -> Answer:
        """The answer to one request, or the stream of one.

        Raises the `AccordError` of a request that cannot be read, names no model, or continues what is not there.
        """
        body, member = split(body)
        visit.wishes = wishes_of(visit.request, member, visit.key)
        inbound = wire.parse(body, visit.request)
        context = context_of(visit.request, visit.id)
        resolved = visit.resolved = self._directory.resolve(inbound.request.model, visit.key)
        keeper: Keeper | None = None
        if isinstance(inbound, ResponsesInbound):
            inbound, keeper = await self._shelf.turn(inbound, visit, resolved, drops=self._drops)
        if inbound.stream:
            visit.streamed = True
            stream_type = wire.stream_type(visit.request)
            return ConversationStream(self._dispatch, visit, inbound, resolved, context, stream_type, keeper)
        return await self._whole(visit, inbound, resolved, context, keeper)

    async def _whole(
        self, visit: Visit, inbound: Inbound, resolved: Resolved, context: RequestContext, keeper: Keeper | None
    ) -> Response:
        try:
            response = await self._dispatch.chat(visit, resolved, inbound.request, context, inbound)
        except AccordError as error:
            return failed(visit, inbound.fail, error)
        member = accord_member(visit, response.warnings) if wants_accord(visit.request) else None
        body = inbound.render(response, forwarded=response.forwarded, accord=member)
        if keeper is not None:
            await keeper.whole(response, body)
        return Response(
            200,
            body,
            (
                *id_headers(visit),
                *target_headers(visit),
                *cost_headers(response.cost),
                *warning_headers(response.warnings),
            ),
        )
