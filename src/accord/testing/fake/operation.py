"""Operations that are no conversation: the script may fail them, and decides how their answer travels."""

from collections.abc import Callable

import msgspec

from accord.core.operation import Operation
from accord.testing.fake.answer import Answer
from accord.testing.fake.behaviour import Bytes, Failure, Reply
from accord.testing.fake.conversation import verbatim
from accord.testing.fake.desk import Visit
from accord.testing.fake.improvise import demo_failure
from accord.testing.fake.vendor import Teller, refused


def perform(visit: Visit, teller: Teller, operation: Operation, model: str, make: Callable[[], Answer]) -> Answer:
    """The usual answer that `make` makes, or what the script says in its place."""
    behaviour = visit.scripted(model, operation) or demo_failure(model) or Reply()
    match behaviour:
        case Failure():
            return refused(behaviour, teller, visit.request_id)
        case Bytes():
            return verbatim(behaviour)
        case Reply():
            if behaviour.breaks is not None:
                return refused(behaviour.breaks.failure, teller, visit.request_id, status=200)
            return msgspec.structs.replace(make(), delivery=behaviour.delivery)
