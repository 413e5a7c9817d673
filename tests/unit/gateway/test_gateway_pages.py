from collections.abc import Callable

import pytest

from accord.core.error import InvalidInput
from accord.gateway.page import Page, anthropic_page, google_page

ROWS = [f"m{number}" for number in range(45)]
Cut = Callable[[list[str], Callable[[str], str], dict[str, str]], Page[str]]


def cut(page: Cut, **asked: str) -> tuple[list[str], bool]:
    found = page(ROWS, str, asked)
    return list(found.rows), found.more


def test_anthropics_pages() -> None:
    assert cut(anthropic_page) == (ROWS[:20], True)
    assert cut(anthropic_page, after_id="m19") == (ROWS[20:40], True)
    assert cut(anthropic_page, after_id="m39") == (ROWS[40:], False)
    assert cut(anthropic_page, after_id="m44") == ([], False)
    assert cut(anthropic_page, before_id="m30", limit="10") == (ROWS[20:30], True)
    assert cut(anthropic_page, before_id="m10", limit="10") == (ROWS[:10], False)
    assert cut(anthropic_page, limit="1000") == (ROWS, False)


def test_googles_pages() -> None:
    assert cut(google_page) == (ROWS, False)
    assert cut(google_page, pageSize="40") == (ROWS[:40], True)
    assert cut(google_page, pageSize="40", pageToken="m39") == (ROWS[40:], False)
    assert cut(google_page, pageSize="0") == (ROWS, False)
    assert cut(google_page, pageSize="5000") == (ROWS, False)


@pytest.mark.parametrize(
    ("page", "asked", "param"),
    [
        (anthropic_page, {"limit": "0"}, "limit"),
        (anthropic_page, {"limit": "1001"}, "limit"),
        (anthropic_page, {"limit": "x"}, "limit"),
        (anthropic_page, {"limit": "9" * 5000}, "limit"),
        (anthropic_page, {"after_id": "nope"}, "after_id"),
        (anthropic_page, {"after_id": "m1", "before_id": "m3"}, "before_id"),
        (google_page, {"pageSize": "-1"}, "pageSize"),
        (google_page, {"pageToken": "nope"}, "pageToken"),
    ],
)
def test_pages_that_there_are_not(page: Cut, asked: dict[str, str], param: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        page(ROWS, str, asked)
    assert caught.value.param == param
