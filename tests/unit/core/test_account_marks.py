"""Marks of accounts on ids and sealed texts."""

from hypothesis import given
from hypothesis import strategies as st

from accord.core.account import account_in, marked, plain, tag_of

NAMES = st.text(min_size=1, max_size=20)
GIVEN = st.text("ABCabc012+/=_-", max_size=80)


@given(NAMES, GIVEN)
def test_a_mark_is_found_and_taken_off(name: str, text: str) -> None:
    told = marked(text, tag_of(name))
    assert account_in(told) == tag_of(name)
    assert plain(told) == text
    assert marked(told, tag_of("another")) == told, "what bears a mark keeps it"


@given(GIVEN)
def test_what_providers_give_out_bears_none(text: str) -> None:
    assert account_in(text) is None
    assert plain(text) == text


def test_marks_are_the_same_everywhere() -> None:
    assert marked("rs_1", tag_of("one")) == "rs_1~7692c3ad3540"
