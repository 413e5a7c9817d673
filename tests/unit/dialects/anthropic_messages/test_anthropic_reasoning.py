"""Thinking, in the form each generation of models takes."""

import pytest

from accord.core.error import Unsupported
from accord.core.message import assistant, tool_result, user
from accord.core.part import Reasoning, ToolCall
from accord.core.request import ReasoningConfig

SUMMARIZED = {"type": "adaptive", "display": "summarized"}


def budget(tokens):
    return {"type": "enabled", "budget_tokens": tokens}


@pytest.mark.parametrize(
    ("kind", "effort", "thinking", "level"),
    [
        ("budget", "minimal", budget(1024), None),
        ("budget", "low", budget(2048), None),
        ("budget", "medium", budget(8192), None),
        ("budget", "high", budget(16_384), None),
        ("budget", "max", budget(32_768), None),
        ("budget_with_effort", "medium", budget(8192), None),
        ("both", "low", SUMMARIZED, "low"),
        ("both", "xhigh", SUMMARIZED, "max"),
        ("adaptive", "minimal", SUMMARIZED, "low"),
        ("adaptive", "xhigh", SUMMARIZED, "xhigh"),
        ("always_on", "max", SUMMARIZED, "max"),
        ("budget", "none", None, None),
        ("both", "none", None, None),
        ("on_by_default", "none", {"type": "disabled"}, None),
        ("between_tools", "none", {"type": "between_tools"}, None),
        ("always_on", "none", None, "low"),
        ("old", "none", None, None),
    ],
)
def test_effort(sent, kind, effort, thinking, level):
    body = sent(kind, reasoning=ReasoningConfig(effort=effort)).body
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == level


def test_a_level_the_model_lacks_is_said_so(sent):
    assert ("changed", "reasoning.effort") in sent("both", reasoning=ReasoningConfig(effort="xhigh")).warnings
    assert ("changed", "reasoning") in sent("always_on", reasoning=ReasoningConfig(effort="none")).warnings


@pytest.mark.parametrize(
    ("kind", "config", "thinking"),
    [
        ("budget", ReasoningConfig(mode="enabled", budget=5000), budget(5000)),
        ("both", ReasoningConfig(mode="enabled", budget=5000), budget(5000)),
        ("adaptive", ReasoningConfig(mode="enabled", budget=5000), {"type": "adaptive"}),
        ("budget", ReasoningConfig(mode="adaptive"), budget(16_384)),
        ("budget", ReasoningConfig(mode="adaptive", effort="low"), budget(2048)),
        ("adaptive", ReasoningConfig(mode="adaptive"), {"type": "adaptive"}),
        ("adaptive", ReasoningConfig(mode="adaptive", visible=True), SUMMARIZED),
        ("adaptive", ReasoningConfig(mode="adaptive", visible=False), {"type": "adaptive", "display": "omitted"}),
        ("adaptive", ReasoningConfig(budget=0), None),
        ("on_by_default", ReasoningConfig(budget=0), {"type": "disabled"}),
        ("budget", ReasoningConfig(mode="disabled"), {"type": "disabled"}),
        ("between_tools", ReasoningConfig(mode="disabled"), {"type": "between_tools"}),
        ("on_by_default", ReasoningConfig(summary="auto"), SUMMARIZED),
        ("adaptive", ReasoningConfig(summary="auto"), None),
    ],
)
def test_the_form_is_that_of_the_model(sent, kind, config, thinking):
    assert sent(kind, reasoning=config).body.get("thinking") == thinking


def test_a_budget_becomes_an_effort(sent):
    found = sent("adaptive", reasoning=ReasoningConfig(mode="enabled", budget=9000))
    assert found.body["output_config"] == {"effort": "high"}
    assert ("changed", "reasoning.budget") in found.warnings


def test_a_budget_is_less_than_the_answer_may_have(sent):
    found = sent("budget", reasoning=ReasoningConfig(mode="enabled", budget=9000), max_output_tokens=4000)
    assert found.body["thinking"] == budget(3999)
    assert ("changed", "reasoning.budget") in found.warnings
    cramped = sent("budget", reasoning=ReasoningConfig(effort="high"), max_output_tokens=500)
    assert "thinking" not in cramped.body
    assert ("changed", "reasoning") in cramped.warnings


def test_effort_alone_switches_no_thinking_on(sent):
    config = ReasoningConfig(effort="medium", effort_only=True)
    assert sent("adaptive", reasoning=config).body["output_config"] == {"effort": "medium"}
    assert "thinking" not in sent("adaptive", reasoning=config).body
    opus = sent("budget_with_effort", reasoning=config)
    assert opus.body["output_config"] == {"effort": "medium"}
    assert opus.headers["anthropic-beta"] == "effort-2025-11-24"
    haiku = sent("budget", reasoning=config)
    assert "output_config" not in haiku.body
    assert ("dropped", "reasoning.effort") in haiku.warnings


def test_no_more_than_high_without_thinking(sent):
    config = ReasoningConfig(mode="disabled", effort="max")
    assert sent("on_by_default", reasoning=config).body["output_config"] == {"effort": "high"}


def test_a_model_that_cannot_reason_refuses_to(sent):
    with pytest.raises(Unsupported, match="does not reason"):
        sent("old", reasoning=ReasoningConfig(effort="low"))
    assert "thinking" not in sent("old", reasoning=ReasoningConfig(effort="low"), drop=True).body


def test_lost_thoughts_switch_budgeted_thinking_off(sent):
    def messages(*thoughts):
        return [user("1"), assistant([*thoughts, ToolCall(id="a", name="f")]), tool_result("a", "1")]

    lost = sent("budget", messages(), reasoning=ReasoningConfig(effort="low"))
    assert "thinking" not in lost.body
    assert ("changed", "reasoning") in lost.warnings
    signed = Reasoning(text="t", signature="s", owner="anthropic_messages")
    assert "thinking" in sent("budget", messages(signed), reasoning=ReasoningConfig(effort="low")).body
    assert "thinking" in sent("adaptive", messages(), reasoning=ReasoningConfig(effort="low")).body
    split = [user("1"), assistant([signed]), assistant([ToolCall(id="a", name="f")]), tool_result("a", "1")]
    assert "thinking" in sent("budget", split, reasoning=ReasoningConfig(effort="low")).body
    answered = [*messages(), assistant("done"), user("2")]
    assert "thinking" in sent("budget", answered, reasoning=ReasoningConfig(effort="low")).body
