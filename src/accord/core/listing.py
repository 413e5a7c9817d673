"""A provider's own list of its models."""

import msgspec

from accord.core.model import ModelFacts
from accord.core.record import CallRecord


class ModelList(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """The models a key may use, as the provider lists them."""

    models: tuple[ModelFacts, ...] = ()


class ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for the list; there is nothing to say."""
