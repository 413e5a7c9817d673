"""A key that is there twice is found, however the object is written."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.json import NotJson, members, top_level_keys

KEYS = st.sampled_from(["", "a", "é", "model", 'q"', "\\", "top_p"])
VALUES = st.sampled_from([0, 1, "", "x", [], {}, {"a": 0}, None, "long " * 9])
SPACES = st.sampled_from(["", "", "", " ", "\n  "])


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5), st.booleans(), st.data())
def test_a_repeated_key_is_found(found: list[tuple[str, object]], escaped: bool, data: st.DataObject) -> None:
    def space() -> str:
        return data.draw(SPACES)

    written = ",".join(
        [
            f"{space()}{json.dumps(key, ensure_ascii=escaped)}{space()}:{space()}{json.dumps(value)}{space()}"
            for key, value in found
        ]
    )
    body = f"{space()}{{{written}}}{space()}".encode()
    keys = [key for key, _ in found]
    assert top_level_keys(body) == keys
    if len(set(keys)) < len(keys):
        with pytest.raises(NotJson, match="more than once"):
            members(body)
    else:
        assert [msgspec.json.decode(raw) for raw in members(body).values()] == [value for _, value in found]


class Searched(bytes):
    """A text that knows how often it was gone through."""

    searches = 0

    def count(self, *args: object) -> int:  # type: ignore[override]
        Searched.searches += 1
        return bytes(self).count(*args)  # type: ignore[arg-type]


def test_of_many_keys_each_is_not_looked_for_in_all_of_the_text() -> None:
    body = json.dumps({f"k{number}": 1 for number in range(5000)}, separators=(" , ", " : ")).encode()
    Searched.searches = 0
    assert len(members(Searched(body))) == 5000
    with pytest.raises(NotJson, match="more than once"):
        members(Searched(body[:-1] + b' , "k7" : 1}'))
    assert Searched.searches < 100
