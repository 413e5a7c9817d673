"""That a file cannot be fetched."""


class NotHad(Exception):
    """A file that cannot be had, and why. Never leaves the engine."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.index = 0
        """The place of its address among those that were asked for."""
