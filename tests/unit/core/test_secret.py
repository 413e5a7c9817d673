import copy
import json
import pickle

import msgspec
import pytest

from accord.core.secret import Secret

KEY = "sk-test-not-a-real-key"


def test_it_never_prints() -> None:
    secret = Secret(KEY)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        "%s" % secret,
        "{}".format(secret),
        repr([secret]),
    ]
    assert not [text for text in shown if "not-a-real" in text]


def test_it_is_the_string_it_holds() -> None:
    assert Secret(KEY) == KEY
    assert hash(Secret(KEY)) == hash(KEY)
    assert Secret(KEY).reveal() == KEY
    assert type(Secret(KEY).reveal()) is str


def test_it_is_not_pickled_nor_written_as_json() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(KEY))
    with pytest.raises(TypeError):
        msgspec.json.encode({"key": Secret(KEY)})
    assert copy.deepcopy({"key": Secret(KEY)})["key"].reveal() == KEY


def test_no_string_function_shows_it() -> None:
    secret = Secret(KEY)
    shown = [
        json.dumps({"key": secret}),
        "".join([secret]),
        "Bearer " + secret,
        secret.upper(),
        secret[3:],
        "%r" % secret,
    ]
    assert not [text for text in shown if "not-a-real" in text.lower()]


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret("x")
    assert Secret(Secret("x")).reveal() == "x"
    assert Secret("x") != "y"
