"""Calls in OpenAI's own words, from blocking code."""

from collections.abc import Callable
from copy import copy
from typing import Self, TypeVar

from accord.client.capability import Everything
from accord.client.client import Client
from accord.client.environment import configured
from accord.client.shared import NO_CONTEXT
from accord.compat.openai.answer import Answer
from accord.compat.openai.failure import translated
from accord.compat.openai.job import Job, Named
from accord.compat.openai.listing import catalogue, live, named
from accord.compat.openai.model import Model
from accord.compat.openai.request import Asked
from accord.compat.openai.setting import Setting, Verbatim
from accord.compat.openai.stream import Stream
from accord.compat.openai.types.listing import ModelInfo
from accord.compat.openai.wire import Reading, Wire
from accord.core.listing import ListRequest
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.dialects import openai_chat
from accord.dialects.codec import Inbound
from accord.transport.base import Transport

A = TypeVar("A", bound=Answer)
E = TypeVar("E", bound=Model)
T = TypeVar("T")
Req = TypeVar("Req", bound=Named)
Res = TypeVar("Res", bound=CallRecord)


class Calls(Client[Everything]):
    """A client whose conversations come in OpenAI's JSON and go back in it."""

    def __init__(self, setting: Setting, transport: Transport | None) -> None:
        super().__init__(options=setting.options, environ=setting.environ, transport=transport)
        self._environ, self._open = setting.environ, setting.provider is None
        if setting.provider is not None:
            self._provider, self._book = setting.provider, Verbatim(setting.provider)

    def under(self, options: Options) -> Self:
        """These calls, with other options where they say so."""
        other = copy(self)
        other._options = options.over(self._options)
        return other

    def converse(self, wire: Wire[A, E], asked: Asked) -> A | Stream[E]:
        """The answer to a conversation, or the stream of one. Raises the errors of `accord.compat.openai.error`."""
        options = self._merged(asked.options)
        with translated(wire.fail):
            inbound = wire.parse(asked.body)
            if inbound.stream:
                return self._streamed(wire, inbound, options)
            request = inbound.request
            target = self._book.target(request.model)
            with self._charge(request.model, request, NO_CONTEXT) as charge:
                response = charge.settled(
                    self._engine.chat(target, request, options=options, context=NO_CONTEXT, inbound=inbound)
                )
            return wire.answer.of(inbound.render(response, forwarded=response.forwarded), response)

    def _streamed(self, wire: Wire[A, E], inbound: Inbound, options: Options) -> Stream[E]:
        request = inbound.request
        target = self._book.target(request.model)
        charge = self._charge(request.model, request, NO_CONTEXT)
        try:
            source = self._engine.stream(target, request, options=options, context=NO_CONTEXT, inbound=inbound)
        except BaseException as error:
            charge.fail(error)
            raise
        return Stream(source, charge, Reading(wire.event, inbound.renderer(forwarded=source.forwarded)))

    def perform(self, read: Callable[[Asked], Job[Req, Res, T]], asked: Asked) -> T:
        """The answer to a call that is no conversation. Raises as `converse` does."""
        with translated(openai_chat.fail):
            job = read(asked)
            options = self._merged(asked.options)
            return job.answer(self._counted(job.codec, job.request.model, job.request, options, NO_CONTEXT))

    def found(self, model: str, asked: Asked) -> ModelInfo:
        """One of the models that `listed` has. Raises `NotFoundError` where it is not among them."""
        listed = self.listed(asked)
        with translated(openai_chat.fail):
            return named(model, listed)

    def listed(self, asked: Asked) -> list[ModelInfo]:
        """The only provider's own list; without one, the catalogue's models of each provider that has a key."""
        with translated(openai_chat.fail):
            if self._open:
                return catalogue(configured(self._environ))
            target = self._prober()
            codec = target.provider.models_codec()
            options = self._merged(asked.options)
            return live(self._engine.run(target, codec, ListRequest(), options=options, context=NO_CONTEXT))
