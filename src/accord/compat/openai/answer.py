"""An answer as a whole: the object that a call gives back."""

from typing import Self

from accord.compat.openai.model import Model
from accord.core.json import loads_object
from accord.core.record import CallRecord


class Answer(Model):
    """What a call gives back. Beside the members of OpenAI's, it knows the call that got it."""

    __slots__ = ("_record", "_request_id")
    _record: CallRecord
    _request_id: str | None

    @classmethod
    def of(cls, body: bytes, record: CallRecord) -> Self:
        """The answer in OpenAI's own JSON."""
        answer = cls(**loads_object(body))
        object.__setattr__(answer, "_record", record)
        object.__setattr__(answer, "_request_id", record.request_id)
        return answer

    @classmethod
    def again(cls, answer: "Answer") -> Self:
        """The same answer as an object of this class."""
        made = cls(**answer.to_dict())
        for name in ("_record", "_request_id"):
            if hasattr(answer, name):
                object.__setattr__(made, name, object.__getattribute__(answer, name))
        return made

    @property
    def accord(self) -> CallRecord:
        """What Accord knows of the call: provider, cost, warnings, attempts, and the answer in its own form."""
        return self._record
