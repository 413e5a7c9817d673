"""The helpers that make messages."""

import pytest

from accord.core.error import InvalidInput
from accord.core.message import user
from accord.core.part import Text


def test_a_list_of_strings_and_parts_is_a_message() -> None:
    assert user(["Hello", Text(text="there")]).parts == (Text(text="Hello"), Text(text="there"))


def test_what_is_no_part_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="not of dict"):
        user([{"type": "text"}])  # type: ignore[list-item]
