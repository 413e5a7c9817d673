"""A client over several targets; `async_router.py` is the same for asyncio."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from accord.client.capability import Everything
from accord.client.client import Client
from accord.client.health import Health, together
from accord.client.route_target import RouteTarget, aimed, group_of
from accord.core.context import RequestContext
from accord.core.error import ConfigError
from accord.core.model import ModelFacts
from accord.core.observe import Observer
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.event_stream_sync import EventStream
from accord.engine.group import Group, RoutePolicy
from accord.engine.route import Terms, asks_nothing
from accord.engine.target import Target
from accord.transport.base import Transport

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class Router(Client[Everything]):
    """Calls whichever of several targets is best placed to answer, and another one when that fails.

    ```python
    router = Router(["openai/gpt-5.4-mini", RouteTarget(model="anthropic/claude-haiku-4-5", tier=1)])
    print(router.chat_completion("Say hello").text)
    ```

    It has the methods of `Client`. The `model` of a call is left out, or names one of the targets, which then answers
    alone. `response.route` tells who was considered and why, `response.attempts` who was asked.
    """

    def __init__(
        self,
        targets: Sequence[RouteTarget | str],
        *,
        policy: RoutePolicy | None = None,
        name: str = "router",
        options: Options | None = None,
        transport: Transport | None = None,
        environ: Mapping[str, str] | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        """Raises `ConfigError` where a target cannot be set up, naming the variable that is missing.

        Args:
            targets: who may answer: model strings, or `RouteTarget` values with weight, tier, limits.
            policy: how one of them is chosen, and what happens when it fails.
            name: what records call the group.
            options: timeouts, retries and the like for all calls; calls may give their own.
            transport: how to reach the network, if not by Accord's own HTTP/1.1.
            environ: variables to find keys in, if not the process's.
            observers: who is told of calls; see `accord.core.observe`.
        """
        if policy is not None and policy.hedge is not None:
            raise ConfigError(
                "hedging makes two requests at a time, which blocking code cannot: use AsyncRouter, or leave `hedge` out"
            )
        self._group: Group = group_of(targets, policy or RoutePolicy(), environ, name)
        super().__init__(None, options=options, transport=transport, environ=environ, observers=observers)

    @property
    def name(self) -> str:
        """The group's name."""
        return self._group.name

    @property
    def targets(self) -> tuple[str, ...]:
        """Who may answer, as `provider/model`."""
        return tuple(self._group.members)

    def models(self, *, live: bool = False) -> tuple[ModelFacts, ...]:
        """What the catalogue knows of the targets' models. There is no `live` list of several providers:
        it raises `ConfigError`.
        """
        if live:
            raise ConfigError("a router has no list of its own: ask a client of one provider for its live list")
        facts = [member.target.facts for member in self._group.members.values()]
        return tuple([known for known in facts if known is not None])

    def health_check(self) -> Health:
        """How the targets are: healthy if one of them is. The reason names each. Raises nothing of the providers'."""
        found = [self._probe(member.target) for member in self._group.members.values()]
        return together(list(self._group.members), found)

    def _chat(self, request: ChatRequest, options: Options, context: RequestContext) -> ChatResponse:
        return self._engine.routes.chat(self._group, request, self._terms(request.model, options, context))

    def _stream(self, request: ChatRequest, options: Options, context: RequestContext) -> EventStream:
        return self._engine.routes.stream(self._group, request, self._terms(request.model, options, context))

    def _run(
        self,
        codec: Callable[[Target], Codec[Req, Res]],
        model: str,
        request: Req,
        options: Options,
        context: RequestContext,
    ) -> Res:
        return self._engine.routes.run(self._group, codec, request, self._terms(model, options, context))

    def _relay(
        self,
        codec: Callable[[Target], RelayCodec[Req, CallRecord]],
        model: str,
        request: Req,
        options: Options,
        context: RequestContext,
    ) -> EventStream:
        return self._engine.routes.relay(self._group, codec, request, self._terms(model, options, context))

    def _typical(self, model: str) -> Target:
        return self._group.typical(model)

    def _terms(self, model: str, options: Options, context: RequestContext) -> Terms:
        options = aimed(self._group, model, options)
        return Terms(options=options, context=context, plain=asks_nothing(options, context))
