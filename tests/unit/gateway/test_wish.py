"""What a request asks for about routing, said by somebody hostile."""

import pytest

from accord.core.error import InvalidInput
from accord.gateway.http import Request
from accord.gateway.key import ANYBODY
from accord.gateway.wish import split, wishes_of

LONG = "x" * 100_000


def asked(body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
    request = Request(method="POST", path="/", headers=headers)
    wishes = wishes_of(request, split(body)[1], ANYBODY)
    assert wishes.retries is None
    wishes.route(ANYBODY)


@pytest.mark.parametrize(
    "member",
    [
        '{"retries": ' + "9" * 5000 + "}",
        '{"retries": "' + "9" * 5000 + '"}',
        '{"retries": 1.5}',
        '{"retries": true}',
        '{"target": "' + LONG + '"}',
        '{"region": "' + LONG + '"}',
        '{"tags": ["' + LONG + '"]}',
        '{"tags": [[]]}',
        '{"strategy": {}}',
        '{"fallback": 0}',
        '{"' + LONG + '": 1}',
        "[]",
    ],
)
def test_nonsense_is_refused_in_few_words(member: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(f'{{"accord": {member}}}'.encode())
    assert len(refused.value.message) < 600


@pytest.mark.parametrize(
    "header",
    [
        ("x-accord-retries", "9" * 5000),
        ("x-accord-target", LONG),
        ("x-accord-tags", LONG),
        ("x-accord-strategy", LONG),
        ("x-accord-fallback", "\x01maybe"),
    ],
)
def test_so_are_headers(header: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(b"{}", (header,))
    assert len(refused.value.message) < 600


@pytest.mark.parametrize("body", [b'{"accord": {}, "accord": {}}', b'{"accord": ' + b"[" * 100_000, b'{"accord"'])
def test_what_cannot_be_read_is_left_to_whoever_reads_the_body(body: bytes) -> None:
    assert split(body) == (body, None)
