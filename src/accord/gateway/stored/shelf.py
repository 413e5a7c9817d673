"""Whose answers are kept, and who may see them again."""

from typing import NamedTuple

from accord.core.error import InvalidInput, NotFound, ServerError
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.engine.account import of_account
from accord.engine.kept import file_in
from accord.engine.store import ResponseStore, StoredResponse
from accord.gateway.key import Key
from accord.gateway.log import lifecycle
from accord.gateway.pin import Pin
from accord.gateway.resolve import Resolved
from accord.gateway.stored.keeper import Keeper
from accord.gateway.stored.response_id import NewId, ResponseIds, well_formed
from accord.gateway.visit import Visit


class Turn(NamedTuple):
    """A request ready to be sent, and what keeps its answer; `keeper` is `None` where nothing is to be kept."""

    inbound: ResponsesInbound
    keeper: Keeper | None


class Shelf:
    """The answers of all callers. An answer of somebody else's is one that is not there."""

    __slots__ = ("_ids", "_store")

    def __init__(self, store: ResponseStore | None, ids: ResponseIds) -> None:
        """Without a `store` nothing is kept; ids are ours all the same."""
        self._store = store
        self._ids = ids

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._store is not None

    async def turn(self, asked: ResponsesInbound, visit: Visit, resolved: Resolved, *, drops: bool = False) -> Turn:
        """The request with the conversation that it continues. `drops`: what other accounts know nothing of is left out
        for them.

        Raises:
            NotFound: the caller has no answer of that id.
            InvalidInput: the answer came from another provider than the one that the request names, and nothing is to be
                left out of it, or it holds files that only that provider has.
        """
        owner = self._ids.owner(visit.key)
        # Of a group it is not known yet who will answer.
        bound = resolved.target.name if resolved.group is None else resolved.name
        new_id = asked.rename = NewId(self._ids, owner, bound)
        inbound = await self.continued(asked, visit, resolved, drops=drops)
        if self._store is None or asked.request.store is False:
            return Turn(inbound, None)

        def answered() -> Pin:
            return Pin(*(visit.upstream or (resolved.target.name, "")))

        keeper = Keeper(
            self._store, asked=asked, inbound=inbound, owner=owner, bound=bound, answered=answered, new_id=new_id
        )
        return Turn(inbound, keeper)

    async def continued(
        self, asked: ResponsesInbound, visit: Visit, resolved: Resolved, *, drops: bool = False
    ) -> ResponsesInbound:
        """The request with the conversation that it continues, and pinned to whom that is bound. Raises as `turn` does."""
        previous = asked.request.previous_response_id
        if previous is None:
            return asked
        stored = await self._mine(previous, visit.key)
        if stored is None:
            raise _no_previous(previous)
        if stored.provider not in resolved.providers:
            _check_movable(previous, stored, resolved, drops=drops)
        visit.pinned = Pin(stored.provider, stored.model)
        # Where another account may answer, it has to be told whose everything is.
        stays = not drops or resolved.providers == (stored.provider,)
        return asked.continuing(stored.messages if stays else of_account(stored.messages, stored.provider))

    async def find(self, response_id: str, key: Key) -> StoredResponse:
        """An answer of the caller's. Raises `NotFound`, or `ServerError` where the store fails."""
        stored = await self._mine(response_id, key)
        if stored is None:
            raise _not_found(response_id)
        return stored

    async def forget(self, response_id: str, key: Key) -> None:
        """Deletes an answer of the caller's. Raises as `find` does."""
        await self.find(response_id, key)
        assert self._store is not None
        try:
            await self._store.delete(response_id)
        except OSError as error:
            raise _failed(error) from error

    async def _mine(self, response_id: str, key: Key) -> StoredResponse | None:
        if self._store is None or not well_formed(response_id):
            return None
        try:
            stored = await self._store.get(response_id)
        except OSError as error:
            raise _failed(error) from error
        if stored is None:
            return None
        # Not by what the store says of its owner: that the id was made for this caller is proven.
        proven = self._ids.proves(
            response_id, self._ids.owner(key), stored.bound or stored.provider, stored.upstream_id
        )
        return stored if proven else None


def _check_movable(response_id: str, stored: StoredResponse, resolved: Resolved, *, drops: bool) -> None:
    """Raises `InvalidInput` where the conversation cannot go on at another provider."""
    holds_files = any(file_in(part) is not None for message in stored.messages for part in message.parts)
    if drops and not holds_files:
        return
    what = "files that it refers to are known there alone" if drops else "what it holds is bound to it"
    raise InvalidInput(
        f"The response `{response_id}` came from the provider `{stored.provider}` and {what}, but the model you named is at "
        f"`{'`, `'.join(resolved.providers)}`. Name a model of the first, or send the whole conversation as `input`.",
        param="previous_response_id",
    )


def _not_found(response_id: str) -> NotFound:
    return NotFound(f"Response with id '{response_id[:200]}' not found.", status=404, code="not_found")


def _no_previous(response_id: str) -> NotFound:
    return NotFound(
        f"Previous response with id '{response_id[:200]}' not found.",
        status=404,
        code="previous_response_not_found",
        param="previous_response_id",
    )


def _failed(error: OSError) -> ServerError:
    lifecycle.error("%s", error)
    return ServerError("The store of responses failed; the gateway's log has the details.", status=500)
