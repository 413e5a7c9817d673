"""Tools from plain functions, and the loop that runs them: `client.run_tools(..., tools=[weather])`."""
