"""GET of something that is always the same: an account's balance."""

from accord.core.json import JsonObject, dumps
from accord.core.operation import Operation
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.openai.error import OpenAITeller
from accord.testing.fake.operation import perform


class Fixed:
    """Answers with one JSON object, unless the script says otherwise."""

    def __init__(self, operation: Operation, body: JsonObject) -> None:
        self._operation: Operation = operation
        self._body = body

    def serve(self, visit: Visit) -> Answer:
        """The object."""
        answer = Answer(pieces=(dumps(self._body),))
        return perform(visit, OpenAITeller(), self._operation, "", lambda: answer)
