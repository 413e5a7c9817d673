"""From a request to the flow that carries it out: the same for the library and the gateway, blocking or not."""

from typing import Generic, TypeVar

import msgspec

from accord.core.context import RequestContext
from accord.core.error import Unsupported
from accord.core.http import Timeouts
from accord.core.loss import Losses
from accord.core.option import OnUnsupported, Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import ChatCodec, ChatExchange, Codec, Exchange, Inbound, RelayCodec, RelayExchange
from accord.dialects.completion import CompletionAsked
from accord.engine.account import Account, bears_marks, settled, the_only
from accord.engine.capability import Completes, capable
from accord.engine.marking import Marking
from accord.engine.prepare import leg_of
from accord.engine.target import Target
from accord.flows.effect import Flow, Opened
from accord.flows.exchange import Leg, Outcome, streamed, whole
from accord.flows.note import Notes
from accord.flows.retry import RetryRule, Roll, retried
from accord.flows.telling import Step, noted
from accord.providers.rewritten import Rewritten

Req = TypeVar("Req")
Res = TypeVar("Res")


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A call decided upon, down to its bytes."""

    target: Target
    leg: Leg
    retries: int

    def _carried(self, step: Step[Res], now: float, roll: Roll) -> Flow[Outcome[Res]]:
        """Makes the request, as often as it may be made."""
        leg = self.leg
        notes = leg.notes
        told = step if notes is None else noted(step, leg, notes)
        if not self.retries and leg.credential is None:
            return told(now, False)  # Nothing is ever tried again: 0.3 us less than a rule and a loop that say so.
        rule = RetryRule(retries=self.retries, deadline=leg.deadline, refreshable=leg.credential is not None)
        return retried(told, rule, now, roll, notes)


class Plan(Decided, Generic[Res], frozen=True, kw_only=True):
    """A call of any operation but conversation."""

    exchange: Exchange[Res]

    def flow(self, now: float, roll: Roll) -> Flow[Outcome[Res]]:
        """Carries it out and reads a whole answer."""
        return self._carried(lambda at, fresh: whole(self.leg, self.exchange, at, fresh=fresh), now, roll)


class ChatPlan(Decided, frozen=True, kw_only=True):
    """A conversation."""

    exchange: ChatExchange

    def flow(self, now: float, roll: Roll) -> Flow[Outcome[ChatResponse]]:
        """Carries it out and reads a whole answer."""
        return self._carried(lambda at, fresh: whole(self.leg, self.exchange, at, fresh=fresh), now, roll)

    def stream_flow(self, now: float, roll: Roll) -> Flow[Outcome[Opened]]:
        """Carries it out and reads the answer up to its first event."""
        return self._carried(lambda at, fresh: streamed(self.leg, self.exchange, at, fresh=fresh), now, roll)


class RelayPlan(Decided, frozen=True, kw_only=True):
    """A call whose answer is handed on while it arrives."""

    exchange: RelayExchange[CallRecord]

    def stream_flow(self, now: float, roll: Roll) -> Flow[Outcome[Opened]]:
        """Carries it out and reads the answer up to its first piece."""
        check = self.exchange.content_type
        return self._carried(
            lambda at, fresh: streamed(self.leg, self.exchange, at, fresh=fresh, check=check), now, roll
        )


def plan_relay(
    target: Target,
    codec: RelayCodec[Req, CallRecord],
    request: Req,
    *,
    options: Options,
    context: RequestContext,
    now: float,
    notes: Notes | None = None,
    retries: int | None = None,
    usual: Timeouts | None = None,
) -> RelayPlan:
    """Encodes a request whose answer is handed on while it arrives. Raises as `plan_chat` does."""
    exchange = codec.relay(request, on_unsupported=options.on_unsupported or "error")
    leg = leg_of(target, exchange.draft, options, context, now, notes, usual)
    return RelayPlan(target=target, exchange=exchange, leg=leg, retries=_retries(target, options, retries))


def plan_chat(
    target: Target,
    request: ChatRequest,
    *,
    stream: bool,
    options: Options,
    context: RequestContext,
    now: float,
    inbound: Inbound | None = None,
    notes: Notes | None = None,
    retries: int | None = None,
    usual: Timeouts | None = None,
    account: Account | None = None,
) -> ChatPlan:
    """Encodes a conversation, or forwards the caller's bytes where nothing has to change. `notes` is told how it goes.
    `retries` stands in place of the call's and the target's, `usual` timeouts in place of the target's. `account`: whose
    the target is, where another could be asked as well.

    Raises `Unsupported` or `InvalidInput`; nothing was sent then.
    """
    exchange = _exchange_of(target, request, stream, options.on_unsupported or "error", context, inbound, account)
    leg = leg_of(target, exchange.draft, options, context, now, notes, usual)
    return ChatPlan(target=target, exchange=exchange, leg=leg, retries=_retries(target, options, retries))


def plan(
    target: Target,
    codec: Codec[Req, Res],
    request: Req,
    *,
    options: Options,
    context: RequestContext,
    now: float,
    notes: Notes | None = None,
    retries: int | None = None,
    usual: Timeouts | None = None,
) -> Plan[Res]:
    """Encodes a request of any operation but conversation. Raises as `plan_chat` does."""
    exchange = codec.encode(request, on_unsupported=options.on_unsupported or "error")
    leg = leg_of(target, exchange.draft, options, context, now, notes, usual)
    return Plan(target=target, exchange=exchange, leg=leg, retries=_retries(target, options, retries))


def _exchange_of(
    target: Target,
    request: ChatRequest,
    stream: bool,
    on_unsupported: OnUnsupported,
    context: RequestContext,
    inbound: Inbound | None,
    account: Account | None,
) -> ChatExchange:
    asked: object = inbound  # A type checker cannot see that what is asked may also be able to answer.
    if isinstance(asked, CompletionAsked):
        texts = capable(target, Completes, "completion").completion_codec(target.model)
        return texts.encode(asked.completion, stream=stream, on_unsupported=on_unsupported, inbound=asked)
    codec = target.chat_codec(inbound.dialect if inbound is not None else None)
    # What is marked on its way to the caller is written anew.
    if inbound is not None and (account is None or codec.dialect != "openai_responses"):
        forwarded = codec.forward(inbound)
        if forwarded is not None:
            return forwarded
    if context.user is not None and request.user is None:
        request = msgspec.structs.replace(request, user=context.user)
    if account is not None:
        return _to_account(account, codec, request, stream, on_unsupported)
    try:
        return codec.encode(request, stream=stream, on_unsupported=on_unsupported)
    except Unsupported:
        # A conversation with several accounts may go on with one. Nearly none does, so that it is looked for only now.
        if not bears_marks(request):
            raise
        return _to_account(the_only(target.name), codec, request, stream, on_unsupported)


def _to_account(
    account: Account, codec: ChatCodec, request: ChatRequest, stream: bool, on_unsupported: OnUnsupported
) -> ChatExchange:
    losses = Losses(account.name, request.model, on_unsupported)
    request = settled(request, account, losses)
    exchange = codec.encode(request, stream=stream, on_unsupported=on_unsupported)
    if account.marks and exchange.draft.dialect == "openai_responses":
        return Marking(exchange, account.tag, losses.warnings)
    return Rewritten(exchange, exchange.draft, losses.warnings + exchange.warnings) if losses.warnings else exchange


def _retries(target: Target, options: Options, given: int | None) -> int:
    if given is not None:
        return given
    return target.retries if options.retries is None else options.retries
