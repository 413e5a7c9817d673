"""Pydantic's types, for callers who use pydantic. It is never imported unless the caller has."""

import sys
from typing import cast, get_args

from accord.core.json import JsonObject


def pydantic_is_loaded() -> bool:
    """Whether anybody in this process uses pydantic."""
    return "pydantic" in sys.modules


def concerns_pydantic(form: object) -> bool:
    """Whether a pydantic model or dataclass is among the parts of a type."""
    if not pydantic_is_loaded():
        return False
    from pydantic import BaseModel  # noqa: PLC0415 - an optional library
    from pydantic.dataclasses import is_pydantic_dataclass  # noqa: PLC0415
    from pydantic.fields import FieldInfo  # noqa: PLC0415

    if isinstance(form, FieldInfo):
        return True
    if isinstance(form, type) and not get_args(form):
        known: type[object] = form
        return issubclass(known, BaseModel) or is_pydantic_dataclass(known)
    return any(concerns_pydantic(part) for part in get_args(form))


class PydanticShape:
    """A type pydantic knows."""

    def __init__(self, form: object) -> None:
        """Raises `TypeError` for a type pydantic has no schema for."""
        from pydantic import TypeAdapter  # noqa: PLC0415 - an optional library
        from pydantic.errors import PydanticUserError  # noqa: PLC0415

        try:
            self._adapter: TypeAdapter[object] = TypeAdapter(cast("type[object]", form))
            self.schema: JsonObject = self._adapter.json_schema()
        except PydanticUserError as error:
            raise TypeError(str(error).partition("\n")[0]) from None

    def read(self, data: bytes) -> object:
        """The value. Raises `ValueError` naming each place that does not fit, without the values."""
        from pydantic import ValidationError  # noqa: PLC0415 - an optional library

        try:
            return self._adapter.validate_json(data)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            told = [f"{fault['msg']} - at `$.{'.'.join([str(step) for step in fault['loc']])}`" for fault in faults]
            raise ValueError("; ".join(told)) from None
