"""Values that check themselves when they are built in Python, as they are checked when they are read from a file."""

from decimal import Decimal
from functools import cache
from math import isfinite

import msgspec

from accord.core.error import ConfigError


class Checked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Refuses what its fields' types and bounds (`Meta`) don't allow, and numbers that are endless or none.

    Raises:
        ConfigError: a field has a value that cannot work, named with what would be right.
    """

    def __post_init__(self) -> None:
        wanted = _types(type(self))
        for name, value in zip(self.__struct_fields__, msgspec.structs.astuple(self), strict=True):
            # Values that are structs have checked themselves, and may be of a class below the one that is named.
            if not isinstance(value, msgspec.Struct):
                _check(f"{type(self).__name__}: `{name}`", value, wanted[name])


@cache
def _types(cls: type[msgspec.Struct]) -> dict[str, object]:
    return {field.name: field.type for field in msgspec.structs.fields(cls)}


def _check(where: str, value: object, wanted: object) -> None:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where} is wrong: {str(error)[:1].lower()}{str(error)[1:]}, got {value!r}") from None
    if isinstance(value, float | Decimal) and not isfinite(value):
        raise ConfigError(f"{where} must be a finite number, got {value}")
