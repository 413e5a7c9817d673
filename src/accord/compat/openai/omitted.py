"""The difference between an argument that was left out and one that is `None`."""


class Omit:
    """Stands for an argument that was not given: it is not sent. `None` is sent, as `null`."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "omit"


NotGiven = Omit
omit: Omit = Omit()
not_given: Omit = omit
NOT_GIVEN: Omit = omit
