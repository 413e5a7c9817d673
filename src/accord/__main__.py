"""`accord` and `python -m accord`: the command line, or how to get it.

The library alone needs neither a reader of command lines nor a terminal's colours, so `pip install accord` doesn't bring
them. What a person who then types `accord` gets is a sentence, not a stack trace.
"""

import sys

EXTRAS = ("cyclopts", "rich", "yaml")
"""What the command line needs beyond the library; `accord[cli]` brings it."""


def main() -> None:
    """Runs the command line of this process, and ends the process."""
    try:
        # Here, because only here a missing extra can be told from a broken one.
        from accord.cli.main import main as command_line  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        sys.stderr.write(f"the command line needs {error.name}: pip install 'accord[cli]'\n")
        sys.exit(2)
    command_line()


if __name__ == "__main__":
    main()
