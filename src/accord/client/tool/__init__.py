"""Tools from plain functions, and the loop that runs them: `client.run_tools(..., tools=[weather])`.

Clients load what is here when a program first asks for it.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.client.tool.async_run import AsyncToolRun
    from accord.client.tool.course import Bounds, Course
    from accord.client.tool.function import Function, ToolFunction
    from accord.client.tool.run import ToolRun

__all__ = ["AsyncToolRun", "Bounds", "Course", "Function", "ToolFunction", "ToolRun"]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.client.tool.async_run": ("AsyncToolRun",),
            "accord.client.tool.course": (
                "Bounds",
                "Course",
            ),
            "accord.client.tool.function": (
                "Function",
                "ToolFunction",
            ),
            "accord.client.tool.run": ("ToolRun",),
        },
    )
