"""A request that its target could not answer, in the caller's wire."""

from accord.core.error import AccordError
from accord.gateway.dispatch import noted
from accord.gateway.headers import failure_headers, id_headers, target_headers
from accord.gateway.http import Response
from accord.gateway.visit import Visit
from accord.gateway.wire import Fail, response_of


def failed(visit: Visit, fail: Fail, error: AccordError) -> Response:
    """The error answer, as `fail` writes it."""
    noted(visit, error)
    retries = visit.resolved.retries if visit.resolved is not None else 0
    headers = (*id_headers(visit), *target_headers(visit), *failure_headers(error, retries))
    return response_of(fail(error), headers=headers)
