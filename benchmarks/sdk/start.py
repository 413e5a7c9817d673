"""Starting: CPU and memory of a fresh interpreter that imports, beyond those of one that does nothing."""

import os
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.gateway.process import environment
from benchmarks.gateway.row import Row
from benchmarks.sdk.pair import beside
from benchmarks.sdk.subject import Server


@dataclass(frozen=True)
class Start:
    """The same step by both."""

    name: str
    accord: str
    openai: str
    aim: float | None = 10
    """How many times less of the processor it should take."""


STARTS = (
    Start("import", "import accord", "import openai"),
    Start(
        "import and make a client",
        "import accord; accord.Client(accord.OpenAI(api_key='sk-test'))",
        "import openai; openai.OpenAI(api_key='sk-test')",
    ),
    Start(
        "import and make an asyncio client",
        "import accord; accord.AsyncClient(accord.OpenAI(api_key='sk-test'))",
        "import openai; openai.AsyncOpenAI(api_key='sk-test')",
    ),
    Start(
        "import, make a client and get a first answer",
        "import accord; client = accord.Client(accord.OpenAI(api_key='sk-test', base_url={url!r})); "
        "assert client.chat_completion('Hello', model='gpt-5.4-mini').text",
        "import openai; client = openai.OpenAI(api_key='sk-test', base_url={url!r}); assert client.chat.completions.create("
        "model='gpt-5.4-mini', messages=[{{'role': 'user', 'content': 'Hello'}}]).choices[0].message.content",
        aim=None,
    ),
)
AIM_MB = 20


# A process's peak as `wait4` tells it begins with that of who started it, so each child reads its own.
PEAK = "; print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"


def _once(code: str) -> tuple[float, float]:
    """CPU in milliseconds and peak memory in MB."""
    # Installed packages come compiled; a source tree must be allowed to keep what the first round compiles.
    surroundings = {name: value for name, value in environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen([sys.executable, "-c", code + PEAK], env=surroundings, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        peak = float(child.stdout.read())
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, code
    return (usage.ru_utime + usage.ru_stime) * 1e3, peak * 1024 / 1e6


def measure(server: Server, rounds: int) -> list[Row]:
    """All starts, by turns."""
    rows: list[Row] = []
    for start in STARTS:
        url = server.url(tls=False)
        codes = ("pass", start.accord.format(url=url), start.openai.format(url=url))
        taken = [[_once(code) for code in codes] for _ in range(rounds + 1)][1:]
        over = [
            [tuple(value - empty for value, empty in zip(one, line[0], strict=True)) for one in line[1:]]
            for line in taken
        ]
        rows += beside(start.name, [(mine[0], theirs[0]) for mine, theirs in over], "ms", start.aim)
        memory = [(mine[1], theirs[1]) for mine, theirs in over]
        mine, theirs, _ = beside(f"{start.name}, memory", memory, "MB", 1)
        rows += [Row(mine.name, mine.subject, mine.value, "MB", f"<= {AIM_MB}", mine.rounds), theirs]
    return rows
