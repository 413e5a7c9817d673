"""Whether a provider can do what is asked, at run time: a capability is a method that exists or not."""

from typing import Protocol, TypeVar, cast, get_args, runtime_checkable

from accord import providers
from accord.core.error import Unsupported
from accord.core.operation import Operation
from accord.dialects.completion import CompletionCodec
from accord.engine.target import Target
from accord.providers.base import ProviderBase

C = TypeVar("C")


@runtime_checkable
class Completes(Protocol):
    """A provider that continues texts."""

    def completion_codec(self, model: str) -> CompletionCodec:
        """How to ask `model` to continue a text. Raises `Unsupported`."""
        ...


def capable(target: Target, capability: type[C], operation: Operation) -> C:
    """The target's provider, known to have the capability. Raises `Unsupported` naming the providers that have it."""
    provider: object = target.provider
    if isinstance(provider, capability):
        return provider
    arms = cast("tuple[type[ProviderBase], ...]", get_args(providers.Provider))
    others = tuple([str(arm.__struct_config__.tag) for arm in arms if issubclass(arm, capability)])
    raise Unsupported(
        f"{target.name} has no {operation}; {', '.join(others) or 'no provider'} {'have' if len(others) > 1 else 'has'} it",
        provider=target.name,
        model=target.model,
        operation=operation,
        supported_by=others,
    )
