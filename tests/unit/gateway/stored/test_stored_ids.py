"""Ids prove for whom they were made, and what the settings say of where answers are kept."""

import pytest

from accord.core.error import ConfigError
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.config.settings import GatewaySettings, ResponsesSettings
from accord.gateway.key import ANYBODY, Key
from accord.gateway.stored.open import check_store
from accord.gateway.stored.response_id import NewId, ResponseIds, well_formed

IDS = ResponseIds(b"a secret of the test's")
APP, OTHER = Key("app", b"1" * 32, ("*",)), Key("app", b"2" * 32, ("*",))
OWNER = IDS.owner(APP)


def test_an_id_is_proven_for_all_it_binds_and_nothing_else() -> None:
    made = IDS.made(OWNER, "lab", "chatcmpl-1")
    assert well_formed(made)
    assert IDS.proves(made, OWNER, "lab", "chatcmpl-1")
    assert not IDS.proves(made, IDS.owner(OTHER), "lab", "chatcmpl-1")
    assert not IDS.proves(made, IDS.owner(ANYBODY), "lab", "chatcmpl-1")
    assert not IDS.proves(made, OWNER, "lab2", "chatcmpl-1")
    assert not IDS.proves(made, OWNER, "labc", "hatcmpl-1")
    assert not IDS.proves(made, OWNER, "lab", "chatcmpl-2")
    assert not ResponseIds(b"another secret of tests").proves(made, OWNER, "lab", "chatcmpl-1")


@pytest.mark.parametrize("place", range(5, 53))
def test_every_digit_counts(place: int) -> None:
    made = IDS.made(OWNER, "lab", "")
    changed = made[:place] + ("0" if made[place] != "0" else "1") + made[place + 1 :]
    assert not IDS.proves(changed, OWNER, "lab", "")


@pytest.mark.parametrize("text", ["", "resp_", "resp_zz", "resp_" + "a" * 47, "resp_" + "a" * 49, "resp_" + "A" * 48])
def test_anything_else_is_no_id(text: str) -> None:
    assert not well_formed(text)
    assert not IDS.proves(text, OWNER, "lab", "")


def test_the_id_stays_as_it_was_first_told() -> None:
    new_id = NewId(IDS, OWNER, "lab")
    first = new_id("")
    assert new_id("chatcmpl-1") == first
    assert new_id.upstream_id == ""
    assert NewId(IDS, OWNER, "lab")("") != first


def test_workers_and_memory() -> None:
    one = GatewaySettings()
    assert one.response_store == "memory"
    assert check_store(one) == ()
    several = GatewaySettings(workers=2)
    assert several.response_store == "off"
    assert "no responses are kept" in check_store(several)[0]
    assert check_store(GatewaySettings(workers=2, responses=ResponsesSettings(store="off"))) == ()
    assert check_store(GatewaySettings(workers=2, responses=ResponsesSettings(store="/var/lib/a.db"))) == ()
    with pytest.raises(ConfigError, match=r"gateway\.responses\.store"):
        check_store(GatewaySettings(workers=2, responses=ResponsesSettings(store="memory")))


def test_the_secret_is_not_shown_and_not_short() -> None:
    text = "gateway: {responses: {secret: sixteen-letters-and-more}}"
    config = decode_config(parse_document(text, "a.yaml"), {}, "a.yaml")
    assert "sixteen" not in repr(config)
    with pytest.raises(ConfigError, match=r"gateway\.responses\.secret"):
        decode_config(parse_document("gateway: {responses: {secret: short}}", "a.yaml"), {}, "a.yaml")
