import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.json import NotJson, edited, loads, loads_object, members, top_level_keys


def test_members_keep_their_bytes() -> None:
    found = members(b'{"a": 1.50, "b": {"x" : [ ]}}')
    assert {key: bytes(raw) for key, raw in found.items()} == {"a": b"1.50", "b": b'{"x" : [ ]}'}


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"a","model":"b"}',
        b'{"model": "a", "x": 1, "model": "b"}',
        b'{"model":"a","\\u006dodel":"b"}',
        b'{"a":1,"a":1}',
        b'{"":1,"":2}',
    ],
)
def test_repeated_keys_are_refused(body: bytes) -> None:
    with pytest.raises(NotJson, match="more than once"):
        members(body)


@pytest.mark.parametrize("body", [b"{}", b' {"a":{"a":1},"b":[{"a":1},{"a":2}]} ', b'{"\xc3\xa9":1,"e":2}'])
def test_keys_repeated_at_different_levels_are_fine(body: bytes) -> None:
    assert len(members(body)) == len(top_level_keys(body))


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b'{"a":1}x', b'{"a":"\xff"}', b"nul", b'{"a":NaN}'])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        members(body)


def test_deep_nesting_is_an_ordinary_error() -> None:
    for body in (b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000):
        with pytest.raises(NotJson):
            loads(body)


def test_edits_replace_add_and_remove() -> None:
    assert edited(b'{"model":"a","n":1.0,"x":null}', {"model": "b", "x": None, "stream": True}) == (
        b'{"model":"b","n":1.0,"stream":true}'
    )


def test_an_object_is_asked_for_by_name() -> None:
    with pytest.raises(NotJson, match="got array"):
        loads_object(b"[]")


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "model", "a/b", "\n", "ü"]), st.sampled_from(["a", 1, {"model": 2}])),
        max_size=4,
    ),
    st.booleans(),
    st.booleans(),
)
def test_a_repeated_key_is_found_however_it_is_spelled(
    pairs: list[tuple[str, object]], spaced: bool, escaped: bool
) -> None:
    def spelled(key: str, place: int) -> str:
        plain = json.dumps(key, ensure_ascii=False)
        return plain if not escaped or place % 2 else '"' + "".join(f"\\u{ord(one):04x}" for one in key) + '"'

    colon, comma = (": ", ", ") if spaced else (":", ",")
    text = comma.join(spelled(key, place) + colon + json.dumps(value) for place, (key, value) in enumerate(pairs))
    data = ("{" + text + "}").encode()
    keys = [key for key, _ in pairs]
    if len(set(keys)) == len(keys):
        assert list(members(data)) == keys
    else:
        with pytest.raises(NotJson, match="more than once"):
            members(data)
