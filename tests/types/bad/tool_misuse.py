"""Mistakes with `run_tools` that a type checker must see. Never run; every line marked `error` has to be one."""

from accord import Client


def weather(city: str) -> str:
    return city


client = Client("openai/gpt-5.4-mini")
client.run_tools("x")  # error
client.run_tools("x", tools=[5])  # error
client.run_tools("x", tools=weather)  # error
client.run_tools("x", tools=[weather], max_cost=0.5)  # error
client.run_tools("x", tools=[weather]).text  # error
client.run_tools("x", tools=[weather]).result().txt  # error
