"""`accord chat`: a conversation in the terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown

from accord.cli.answer_line import answer_line
from accord.cli.attachment import attached
from accord.cli.connection import connected
from accord.cli.exit import OK
from accord.cli.printable import printable
from accord.client.client import Client
from accord.core.conversation import Conversation
from accord.core.error import AccordError, ConfigError
from accord.core.message import Message, assistant, system, user
from accord.core.part import Part, Text
from accord.core.response import ChatResponse

HELP = """/model NAME      ask another model from now on; what was said so far goes along
/system TEXT     instructions that stand above the conversation
/file PATH       a picture, sound, PDF or text to go with the next question
/save PATH       write the conversation down, for /load
/load PATH       go on with a conversation that was saved
/cost            what the conversation has cost so far
/clear           begin anew
/quit            leave; Ctrl-D does the same
Ctrl-C stops an answer; what has arrived of it is kept."""


class Talk:
    """A conversation, and what it takes to go on with it."""

    def __init__(self, client: Client[object], model: str, console: Console, aside: Console) -> None:
        """`aside` is where everything goes that is no answer."""
        self.client: Client[object] = client
        self.model: str = model
        self.console: Console = console
        self.aside: Console = aside
        self.conversation: Conversation = Conversation()
        self.instructions: str = ""
        self.waiting: list[Part] = []
        """What goes with the next question."""

    def say(self, text: str) -> None:
        """Asks, and prints the answer while it comes. A failure is told, and the question is not kept."""
        asked = self.conversation.then(user([*self.waiting, Text(text=text)]))
        began = time.monotonic()
        try:
            response = self._answer(asked)
        except AccordError as error:
            self.note(str(error))
            return
        except KeyboardInterrupt:
            self.note("stopped before anything came")
            return
        self._keep(asked, response)
        self.note(answer_line(response, self.model, time.monotonic() - began))

    def _keep(self, asked: Conversation, response: ChatResponse) -> None:
        """Keeps an answer, or what has arrived of it; where nothing has, the question is not kept either."""
        if not response.choices:
            return
        said = response.choices[0].message
        if response.finish is None:
            if not said.text:
                return
            # Parts that are cut off (reasoning without its signature) cannot be sent again; text can.
            said = assistant(said.text)
        self.conversation, self.waiting = asked.then(said), []

    def note(self, text: str) -> None:
        """Says something that is no answer."""
        self.aside.print(printable(text), style="dim", markup=False, highlight=False)

    def _answer(self, asked: Conversation) -> ChatResponse:
        above: tuple[Message, ...] = (system(self.instructions),) if self.instructions else ()
        with self.client.chat_completion_stream((*above, *asked.messages), model=self.model) as stream:
            with suppress(KeyboardInterrupt):
                self._show(stream.text())
            return stream.response

    def _show(self, pieces: Iterator[str]) -> None:
        if not self.console.is_terminal:
            for piece in pieces:
                self.console.file.write(piece)
                self.console.file.flush()
            self.console.file.write("\n")
            return
        text = ""
        with Live(console=self.console, refresh_per_second=12, vertical_overflow="visible") as live:
            for piece in pieces:
                text += printable(piece)
                live.update(Markdown(text))


def chat(
    *,
    model: Annotated[str, Parameter(name=("--model", "-m"))] = "",
    instructions: Annotated[str, Parameter(name=("--system", "-s"))] = "",
    load: Path | None = None,
    base_url: str = "",
    key: str = "",
) -> int:
    """Talk with a model in the terminal. `/help` tells what can be done beside talking.

    Args:
        model: `provider/model`. Left out: ACCORD_MODEL, else a cheap model of the first provider whose key is set.
        instructions: Instructions that stand above the conversation.
        load: A conversation that was saved, to go on with.
        base_url: A gateway or a server that speaks OpenAI's wire, such as http://127.0.0.1:4000/v1. Left out: ACCORD_BASE_URL.
        key: Its key. Left out: ACCORD_KEY, which others on the machine cannot see.
    """
    connection = connected(model, base_url, key)
    console = Console(soft_wrap=True)
    # Piped, the answers alone are on standard output.
    aside = console if console.is_terminal else Console(stderr=True, soft_wrap=True)
    with connection.client as client:
        talk = Talk(client, connection.model, console, aside)
        talk.instructions = instructions
        if load is not None:
            _load(talk, str(load))
        if console.is_terminal:
            talk.note(f"{talk.model}; /help tells what can be done, Ctrl-D ends")
        while (line := _read(console)) is not None:
            if line.startswith("/"):
                if not command(talk, line):
                    break
            elif line.strip():
                talk.say(line)
    return OK


def command(talk: Talk, line: str) -> bool:
    """Does what a line that begins with a slash asks. Says whether to go on."""
    word, _, rest = line.partition(" ")
    if word in ("/quit", "/exit"):
        return False
    found = COMMANDS.get(word)
    if found is None:
        talk.note(f"there is no {word}:\n{HELP}")
        return True
    try:
        found(talk, rest.strip())
    except AccordError as error:
        talk.note(str(error))
    return True


def _read(console: Console) -> str | None:
    """The next line; `None` at the end. Ctrl-C at the prompt throws away what was typed."""
    while True:
        try:
            return input("> " if console.is_terminal and sys.stdin.isatty() else "")
        except EOFError:
            return None
        except KeyboardInterrupt:
            print()


def _model(talk: Talk, name: str) -> None:
    if name:
        talk.model = name
    talk.note(f"asking {talk.model}")


def _system(talk: Talk, text: str) -> None:
    talk.instructions = text
    talk.note("instructions are set" if text else "there are no instructions now")


def _file(talk: Talk, path: str) -> None:
    talk.waiting.append(attached(Path(path)))
    talk.note(f"{path} goes with the next question")


def _save(talk: Talk, path: str) -> None:
    try:
        Path(path).write_text(talk.conversation.to_json(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    talk.note(f"{len(talk.conversation.messages)} messages are in {path}")


def _load(talk: Talk, path: str) -> None:
    try:
        talk.conversation = Conversation.from_json(Path(path).read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    talk.note(f"going on after {len(talk.conversation.messages)} messages")


def _cost(talk: Talk, _rest: str) -> None:
    total = talk.client.spending.total
    talk.note("so far: cost unknown" if total.cost.amount is None else f"so far: ${total.cost.amount:f}")


def _clear(talk: Talk, _rest: str) -> None:
    talk.conversation = Conversation()
    talk.waiting = []
    talk.note("a new conversation")


def _help(talk: Talk, _rest: str) -> None:
    talk.note(HELP)


COMMANDS: dict[str, Callable[[Talk, str], None]] = {
    "/model": _model,
    "/system": _system,
    "/file": _file,
    "/save": _save,
    "/load": _load,
    "/cost": _cost,
    "/clear": _clear,
    "/help": _help,
}
