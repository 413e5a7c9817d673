"""A conversation that its target could not answer, in the caller's wire."""

from accord.core.error import AccordError, ProviderError
from accord.dialects.codec import Inbound
from accord.gateway.headers import failure_headers, id_headers, target_headers
from accord.gateway.http import Response
from accord.gateway.resolve import Resolved
from accord.gateway.visit import Visit
from accord.gateway.wire import response_of


def noted(visit: Visit, error: AccordError) -> None:
    """Keeps what the failure says of the call, for the log."""
    visit.error = error
    if isinstance(error, ProviderError):
        visit.attempts = error.attempts


def failed(visit: Visit, inbound: Inbound, resolved: Resolved, error: AccordError) -> Response:
    """The error answer."""
    noted(visit, error)
    headers = (*id_headers(visit), *target_headers(resolved), *failure_headers(error, resolved.target.retries))
    return response_of(inbound.fail(error), headers=headers)
