"""`/v1/responses/{id}` and what is below it.

https://developers.openai.com/api/reference/resources/responses
"""

import msgspec

from accord.core.error import InvalidInput, InvalidRequest
from accord.core.json import dumps
from accord.gateway.headers import id_headers
from accord.gateway.http import Request, Response
from accord.gateway.path import variable
from accord.gateway.stored.shelf import Shelf
from accord.gateway.visit import Visit

_BEFORE = "/responses/"
_MOST = 100
_DEFAULT = 20


class _Item(msgspec.Struct):
    id: str


_items = msgspec.json.Decoder(list[msgspec.Raw])
_item = msgspec.json.Decoder(_Item)


class StoredEndpoints:
    """Serves what is on the shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def retrieve(self, visit: Visit, body: bytes) -> Response:
        """The answer as it was given. Raises `NotFound`."""
        del body
        if visit.request.parameters.get("stream", "false").lower() not in ("false", "0", ""):
            raise InvalidInput("Kept responses are not streamed again; leave out `stream`.", param="stream")
        stored = await self._shelf.find(variable(visit.request, _BEFORE), visit.key)
        return Response(200, stored.response, id_headers(visit))

    async def delete(self, visit: Visit, body: bytes) -> Response:
        """Forgets the answer. What continued it stays whole. Raises `NotFound`."""
        del body
        response_id = variable(visit.request, _BEFORE)
        await self._shelf.forget(response_id, visit.key)
        return Response(200, dumps({"id": response_id, "object": "response", "deleted": True}), id_headers(visit))

    async def cancel(self, visit: Visit, body: bytes) -> Response:
        """Refuses: there is nothing in the background that could be cancelled. Raises `NotFound`."""
        del body
        await self._shelf.find(variable(visit.request, _BEFORE, "/cancel"), visit.key)
        raise InvalidRequest(
            "Only responses in the background can be cancelled, and this one is over.",
            status=400,
            code="not_cancellable",
        )

    async def input_items(self, visit: Visit, body: bytes) -> Response:
        """A page of the items of the request's own input. Raises `NotFound`, `InvalidInput`."""
        del body
        stored = await self._shelf.find(variable(visit.request, _BEFORE, "/input_items"), visit.key)
        items = _items.decode(stored.input_items)
        page, more = _page(items, visit.request)
        ids = [_item.decode(item).id for item in page]
        answer = {
            "object": "list",
            "data": page,
            "first_id": ids[0] if ids else None,
            "last_id": ids[-1] if ids else None,
            "has_more": more,
        }
        return Response(200, dumps(answer), id_headers(visit))


def _page(items: list[msgspec.Raw], request: Request) -> tuple[list[msgspec.Raw], bool]:
    """The items that were asked for, and whether there are more; the newest first, as OpenAI has it."""
    order = request.parameters.get("order", "desc")
    if order not in ("asc", "desc"):
        raise InvalidInput("`order` is `asc` or `desc`.", param="order")
    ordered = items if order == "asc" else items[::-1]
    begin = _after(ordered, request.parameters.get("after"))
    end = begin + _limit(request.parameters.get("limit"))
    return ordered[begin:end], end < len(ordered)


def _after(items: list[msgspec.Raw], after: str | None) -> int:
    if after is None:
        return 0
    for index, item in enumerate(items):
        if _item.decode(item).id == after:
            return index + 1
    raise InvalidInput("`after` is no item of this response's input.", param="after")


def _limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= _MOST):
        raise InvalidInput(f"`limit` is a number from 1 to {_MOST}.", param="limit")
    return int(text)
