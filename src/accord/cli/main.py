"""The command line. Each command is a small file of its own, imported when it is called.

Exit codes: 0, all is well; 1, the command failed; 2, the command line or the configuration is wrong.
"""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, TextIO

from cyclopts import App, CycloptsError

from accord import __version__
from accord.cli.exit import FAILURE, USAGE
from accord.cli.printable import printable
from accord.core.error import AccordError, ConfigError, InvalidInput
from accord.core.json import dumps

app: App = App(
    name="accord",
    help="One interface to every model provider: the gateway and its tools.",
    version=__version__,
    result_action="return_value",
)
app.command("accord.cli.serve:serve", help="Start the gateway.")
config: App = App(name="config", help="Check, describe and show configuration files.")
config.command("accord.cli.config:check")
config.command("accord.cli.config:schema")
config.command("accord.cli.config:show")
app.command(config)
app.command(
    "accord.cli.ask:ask",
    help="Ask a model one question. What is piped in comes before it. Ends with 1 where the answer is not whole.",
)
app.command("accord.cli.chat:chat", help="Talk with a model in the terminal.")
app.command(
    "accord.cli.doctor:doctor",
    help="Look for what keeps this machine from calling models. Ends with 1 where something is wrong.",
)
app.command("accord.cli.models:models", help="List the models of the shipped catalogue. Ends with 1 where none fits.")
prices: App = App(name="prices", help="The prices that costs are computed with.")
prices.command("accord.cli.prices:check")
app.command(prices)
app.command(
    "accord.cli.replay:replay",
    help="Ask another model what was recorded, and show how its answers differ. Ends with 1 where one fails.",
)
route: App = App(name="route", help="Where requests go, and why.")
route.command("accord.cli.route:explain")
route.command("accord.cli.route_simulate:simulate")
app.command(route)


@app.command
def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print what makes a shell complete Accord's commands: `accord completion zsh > ~/.zfunc/_accord`.

    Args:
        shell: The shell.
    """
    print(app.generate_completion(shell=shell))


def main() -> None:
    """Runs the command line of this process, and ends the process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs a command line and returns its exit code."""
    _ready_streams()
    try:
        code: object = app(arguments, exit_on_error=False, print_error=True)
        # What a reader or a disk does not take is to be heard of here.
        sys.stdout.flush()
    except CycloptsError:
        return USAGE
    except KeyboardInterrupt:
        return FAILURE
    except BrokenPipeError:
        # Whoever reads the output may leave early, as `accord config schema | head` does.
        _nobody_reads()
        return FAILURE
    except AccordError as error:
        return _failed(error, arguments)
    except OSError as error:
        _nobody_reads()
        _tell(f"the system refused to go on: {(error.strerror or str(error)).lower()}")
        return FAILURE
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person is never shown a stack trace
        _tell(f"accord failed in a way it should not: {type(error).__name__}: {error}")
        return FAILURE
    return code if isinstance(code, int) else 0


def _failed(error: AccordError, arguments: list[str]) -> int:
    """Tells of a failure: a sentence for people, and an object for a program that asked for JSON."""
    wrong = isinstance(error, ConfigError | InvalidInput)
    told = printable(error.message if wrong else str(error))
    _tell(told)
    if "--json" in arguments:
        with suppress(OSError):
            print(dumps({"error": {"kind": error.kind, "message": told}}).decode(), flush=True)
    return USAGE if wrong else FAILURE


def _tell(text: str) -> None:
    print(printable(text), file=sys.stderr)


def _ready_streams() -> None:
    """Makes standard streams fit for any answer. A program that was started without them, as by `>&-`, writes to nobody; a
    program that reads gets UTF-8, whatever the locale; a terminal that has not all letters shows a question mark.
    """
    sys.stdout = sys.stdout or _nobody()
    sys.stderr = sys.stderr or _nobody()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _nobody() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _nobody_reads() -> None:
    """Keeps Python from complaining, at its end, of what could not be written any more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
