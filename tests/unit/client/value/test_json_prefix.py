"""JSON that is still arriving says no more than what is there, and in the end all of it."""

import json
import time

from hypothesis import given
from hypothesis import strategies as st

from accord.client.value.prefix import Prefix

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.text(max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


def within(part: object, whole: object) -> bool:
    """Whether `part` can be the beginning of `whole`."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(within, part, whole))
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    return part == whole


@given(OBJECTS, st.integers(1, 7), st.booleans(), st.sampled_from([None, 1]))
def test_every_beginning_is_true(value: dict[str, object], size: int, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    prefix = Prefix()
    seen: object = {}
    for at in range(0, len(text), size):
        found = prefix.feed(text[at : at + size])
        if found is not None:
            assert within(found, value)
            assert within(seen, found)
            seen = found
    assert prefix.done
    assert seen == value


@given(st.lists(VALUES, max_size=5), st.integers(1, 7))
def test_elements_are_counted_once_whole(items: list[object], size: int) -> None:
    text = json.dumps({"value": items})
    prefix = Prefix()
    for at in range(0, len(text), size):
        found = prefix.feed(text[at : at + size])
        if found is not None and "value" in found:
            given = found["value"]
            assert isinstance(given, list)
            assert given[: prefix.items] == items[: prefix.items]
    assert prefix.items == len(items)


@given(st.text(alphabet='{}[]",:\\u0 a1'))
def test_what_is_no_json_raises_nothing(text: str) -> None:
    prefix = Prefix()
    for letter in text:
        prefix.feed(letter)


def test_deep_nesting_raises_nothing() -> None:
    prefix = Prefix()
    prefix.feed('{"a": ')
    for _ in range(2000):
        prefix.feed('{"a": [')
    for _ in range(2000):
        prefix.feed("]}")
    prefix.feed("}")
    assert prefix.done


def test_words_and_fences_before_the_object_are_passed_over() -> None:
    prefix = Prefix()
    assert prefix.feed("Here it is:\n```json\n") is None
    assert prefix.feed('{"a": 1}\n```') == {"a": 1}


def test_long_answers_take_time_in_proportion() -> None:
    prefix = Prefix()
    piece = '"' + "x" * 30 + '", '
    started = time.perf_counter()
    prefix.feed('{"value": [')
    for _ in range(20_000):
        prefix.feed(piece)
    assert time.perf_counter() - started < 5
