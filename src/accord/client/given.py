"""What clients and calls are given beside a request: options, a context, observers."""

from collections.abc import Sequence

from accord.client.fitted import fitted, of_class, several
from accord.core.context import RequestContext
from accord.core.observe import Observer
from accord.core.option import Options
from accord.core.usage import Usage


def watching(observers: Sequence[Observer]) -> tuple[Observer, ...]:
    """The observers, if they are such. Raises `InvalidInput`."""
    return tuple(
        [
            of_class(Observer, observer, f"observers[{index}]", "an object with a method `observe(event)`")
            for index, observer in enumerate(several(observers, "observers", "a list of observers"))
        ]
    )


def checked_options(options: Options) -> Options:
    """The options, if they are what they must be. Raises `InvalidInput`."""
    return fitted(of_class(Options, options, "options", "Options(...)"), "options")


def checked_context(context: RequestContext) -> RequestContext:
    """The context, if it is what it must be. Raises `InvalidInput`."""
    return fitted(of_class(RequestContext, context, "context", "RequestContext(...)"), "context")


def usage_given(usage: Usage) -> Usage:
    """The usage, if it is one. Raises `InvalidInput`."""
    return of_class(Usage, usage, "usage", "a Usage, such as response.usage")
