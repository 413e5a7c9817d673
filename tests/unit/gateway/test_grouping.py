"""Groups made of the configuration: who stands in for whom, and what outlives a reload."""

import pytest

from accord.engine.group import Group
from accord.engine.standings import Standings
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.key import ANYBODY
from accord.gateway.resolve import Directory
from accord.policy.fault import Way

CONFIG = """
providers:
  one: {{type: openai, api_key: {key}}}
  two: {{type: anthropic, api_key: sk-test}}
models:
  best:
    targets: [{targets}]
    fallback: {{{fallback}}}
"""
ONE = "{provider: one, model: gpt-5.4-mini}"
TWO = "{provider: two, model: claude-haiku-4-5}"
STAND_IN = "two/claude-haiku-4-5"


def group(fallback: str = "", *, targets: str = ONE, key: str = "sk-test", standings: Standings | None = None) -> Group:
    text = CONFIG.format(fallback=fallback, targets=targets, key=key)
    config = decode_config(parse_document(text, "x.yaml"), {}, "x.yaml")
    found = Directory(config, standings or Standings()).resolve("best", ANYBODY).group
    assert found is not None
    return found


def asked_after(found: Group, way: Way) -> bool:
    """Whether the stand-in is asked when that happened at the first target."""
    first = found.members["one/gpt-5.4-mini"]
    seat = next(seat for seat in found.pool.seats if seat.name == STAND_IN)
    return seat.is_open({way}) and STAND_IN not in found.closed_by(first, way)


@pytest.mark.parametrize("way", ["general", "context", "content_filter", "quota"])
def test_a_stand_in_named_for_several_causes_is_asked_after_each(way: Way) -> None:
    named = ", ".join([f"{one}: [{STAND_IN}]" for one in ("general", "context", "content_filter", "quota")])
    assert asked_after(group(named), way)


def test_a_target_of_the_name_itself_may_be_the_one_for_a_refusal() -> None:
    targets = f"{ONE}, {TWO}"
    assert not asked_after(group(targets=targets), "content_filter")
    found = group(f"content_filter: [{STAND_IN}]", targets=targets)
    assert asked_after(found, "content_filter")
    assert found.members[STAND_IN].ways == ("start", "content_filter")


def test_who_stands_in_for_a_stand_in_is_asked_after_the_same() -> None:
    text = """
providers:
  p: {type: openai, api_key: k}
models:
  a: {targets: [{provider: p, model: m-a}], fallback: {general: [b, c]}}
  b: {targets: [{provider: p, model: m-b}], fallback: {general: [d, a], context: [e]}}
  c: {targets: [{provider: p, model: m-c}], fallback: {general: [b]}}
  d: {targets: [{provider: p, model: m-d}]}
  e: {targets: [{provider: p, model: m-e}]}
"""
    config = decode_config(parse_document(text, "x.yaml"), {}, "x.yaml")
    found = Directory(config, Standings()).resolve("a", ANYBODY).group
    assert found is not None
    in_order = sorted(found.members.values(), key=lambda member: member.tier)
    assert [member.target.model for member in in_order] == ["m-a", "m-b", "m-c", "m-d"]
    assert [member.ways for member in in_order] == [("start",), ("general",), ("general",), ("general",)]


def test_what_is_known_of_a_target_outlives_a_reload_but_not_a_new_key() -> None:
    standings = Standings()
    targets = f"{ONE}, {TWO}"
    before, after = (group(targets=targets, standings=standings).pool.seats for _ in range(2))
    assert before[0].standing is after[0].standing
    changed = group(targets=targets, standings=standings, key="sk-test-new").pool.seats
    assert changed[0].standing is not before[0].standing
    assert changed[1].standing is before[1].standing
