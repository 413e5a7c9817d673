"""Reading a request body as OpenAI does."""

from accord.core.json import NotJson
from accord.testing.fake.desk import Visit
from accord.testing.fake.node import Node, node_of
from accord.testing.fake.openai.error import reject
from accord.testing.fake.openai.flaw import flawed
from accord.testing.fake.shape import Flaw, Table


def read_body(visit: Visit, shape: Table, *, needs_model: bool = True, strict: bool = True) -> Node:
    """The JSON body in the right shape. Without `strict` it is read open, however strict the fake is. Raises `Rejected`."""
    content_type = (visit.request.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        message = (
            f"Unsupported Content-Type: '{content_type}'. This API method only accepts 'application/json' requests."
        )
        raise reject(message, status=415)
    try:
        body = visit.request.json
    except NotJson:
        raise reject("We could not parse the JSON body of your request.") from None
    # Vendors that name the model in the path need none in the body, and go by the path where there are both.
    in_path = visit.parameters.get("model")
    if in_path is not None:
        body = {**body, "model": in_path}
    if needs_model and not body.get("model"):
        raise reject("you must provide a model parameter")
    try:
        return node_of(shape.read(body, (), open_=not (strict and visit.desk.account.strict)))
    except Flaw as flaw:
        raise flawed(flaw) from None
