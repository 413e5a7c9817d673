"""Responses that were stored: read, list their input, cancel, delete; and counting tokens without asking anything."""

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import StoredResponse, Visit
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import reject
from accord.testing.fake.openai.responses.history import earlier_items, new_items
from accord.testing.fake.openai.responses.shape import RESPONSES_REQUEST
from accord.testing.fake.prompt import prompt_tokens


def _found(visit: Visit) -> StoredResponse:
    id_ = visit.parameters["id"]
    stored = visit.desk.stored.get(id_)
    if stored is None:
        raise reject(f"Response with id '{id_}' not found.", status=404)
    return stored


class RetrieveResponse:
    """GET /responses/{id}. What is worked on in the background is done by the time it was looked at once."""

    def serve(self, visit: Visit) -> Answer:
        """The response."""
        stored = _found(visit)
        shown = stored.response
        if shown["status"] == "queued":
            stored.response = stored.finished
        return Answer(pieces=(dumps(shown),))


class DeleteResponse:
    """DELETE /responses/{id}."""

    def serve(self, visit: Visit) -> Answer:
        """That it is gone."""
        _found(visit)
        id_ = visit.parameters["id"]
        del visit.desk.stored[id_]
        return Answer(pieces=(dumps({"id": id_, "object": "response", "deleted": True}),))


class CancelResponse:
    """POST /responses/{id}/cancel."""

    def serve(self, visit: Visit) -> Answer:
        """The cancelled response. Only one in the background can be cancelled."""
        stored = _found(visit)
        if stored.response.get("background") is not True:
            raise reject("Cannot cancel a synchronous response.")
        if stored.response["status"] == "queued":
            stored.response = stored.finished = {**stored.response, "status": "cancelled"}
        return Answer(pieces=(dumps(stored.response),))


class ListInput:
    """GET /responses/{id}/input_items, newest first."""

    def serve(self, visit: Visit) -> Answer:
        """A page with all of them."""
        stored = _found(visit)
        items = [{"type": "message", "id": f"msg_in{index:04d}", **item} for index, item in enumerate(stored.items)][
            ::-1
        ]
        page = {
            "object": "list",
            "data": items,
            "first_id": items[0]["id"] if items else None,
            "last_id": items[-1]["id"] if items else None,
            "has_more": False,
        }
        return Answer(pieces=(dumps(page),))


class CountInput:
    """POST /responses/input_tokens."""

    def serve(self, visit: Visit) -> Answer:
        """How long the prompt would be."""
        body = read_body(visit, RESPONSES_REQUEST)
        items = [*earlier_items(body, visit.desk), *new_items(body, visit.desk)]
        tokens = prompt_tokens(items, body.value("instructions"), body.value("tools"))
        return Answer(pieces=(dumps({"object": "response.input_tokens", "input_tokens": tokens}),))
