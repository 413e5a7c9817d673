"""The command line. Each command is a small file of its own, imported when it is called.

Exit codes: 0, all is well; 1, the command failed; 2, the command line or the configuration is wrong.
"""

import sys
from typing import Literal

from cyclopts import App, CycloptsError

from accord import __version__
from accord.cli.exit import FAILURE, USAGE
from accord.cli.printable import printable
from accord.core.error import AccordError, ConfigError, InvalidInput

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
    try:
        code: object = app(arguments, exit_on_error=False, print_error=True)
    except CycloptsError:
        return USAGE
    except (ConfigError, InvalidInput) as error:
        print(printable(error.message), file=sys.stderr)
        return USAGE
    except AccordError as error:
        print(printable(str(error)), file=sys.stderr)
        return FAILURE
    except (KeyboardInterrupt, BrokenPipeError):
        # Whoever reads the output may leave early, as `accord config schema | head` does.
        return FAILURE
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person is never shown a stack trace
        told = f"accord failed in a way it should not: {type(error).__name__}: {error}"
        print(printable(told), file=sys.stderr)
        return FAILURE
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
