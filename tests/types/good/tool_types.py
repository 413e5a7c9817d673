"""`run_tools` takes functions and gives events. Never run; read by type checkers."""

from decimal import Decimal

from typing_extensions import assert_type

from accord import AsyncClient, ChatResponse, Client, Cost, FunctionTool, ToolCall, ToolResult
from accord.client.tool.async_run import AsyncToolRun
from accord.client.tool.function import ToolFunction
from accord.client.tool.run import ToolRun
from accord.core.tool_run import ModelAnswered, ToolEvent, ToolFinished, ToolOutcome, ToolStarted


def weather(city: str, days: int = 1) -> str:
    return city


async def slow(city: str) -> dict[str, int]:
    return {city: 1}


def blocking(client: Client) -> None:
    run = client.run_tools("x", tools=[weather, slow, ToolFunction(weather, name="w")], max_cost="2.00")
    assert_type(run, ToolRun)
    for event in run:
        assert_type(event, ToolEvent)
        match event:
            case ModelAnswered():
                assert_type(event.response, ChatResponse)
            case ToolStarted():
                assert_type(event.call, ToolCall)
            case ToolFinished():
                assert_type(event.result, ToolResult)
                assert_type(event.error, Exception | None)
    outcome = run.result()
    assert_type(outcome, ToolOutcome)
    assert_type(outcome.cost, Cost)
    assert_type(ToolFunction(weather).tool, FunctionTool)
    assert_type(client.estimate("x").cost.likely, Decimal | None)


async def asynchronous(client: AsyncClient) -> None:
    run = client.run_tools("x", tools=[weather, slow])
    assert_type(run, AsyncToolRun)
    async for event in run:
        assert_type(event, ToolEvent)
    assert_type(await run.result(), ToolOutcome)
