"""The conformance suite of transports: what each of them promises, as cases that any implementation can be put to.

    from accord.testing.transport import CASES, Certificates, Implementation

    MINE = Implementation(name="mine", kind="asyncio", factory="my_package.transport:MyTransport")

    @pytest.mark.parametrize("case", [case for case in CASES if case.applies(MINE)], ids=lambda case: case.name)
    def test_mine(case, certificates):
        case.run(MINE, certificates)

`certificates` is a `Certificates`, made with trustme or another authority for tests. The suite needs no test framework:
a case that fails raises. `IMPLEMENTATIONS` are Accord's own transports, each with the cases that it is known to fail, and
why.
"""

from accord.testing.transport.answers import ANSWERS
from accord.testing.transport.blobs import BLOBS
from accord.testing.transport.broken import BROKEN
from accord.testing.transport.case import Case, Certificates, Lab, asyncio_case, case, failure
from accord.testing.transport.leaving import LEAVING
from accord.testing.transport.origin import Origin, Peer, Received, Script, answering, chunked, plain
from accord.testing.transport.own import IMPLEMENTATIONS
from accord.testing.transport.processes import PROCESSES
from accord.testing.transport.requests import REQUESTS
from accord.testing.transport.reuse import REUSE
from accord.testing.transport.secure import SECURE
from accord.testing.transport.subject import Implementation, Running, Subject, read_all
from accord.testing.transport.timeouts import TIMEOUTS

CASES: tuple[Case, ...] = (*ANSWERS, *REQUESTS, *BLOBS, *BROKEN, *TIMEOUTS, *LEAVING, *REUSE, *SECURE, *PROCESSES)

__all__ = [
    "CASES",
    "IMPLEMENTATIONS",
    "Case",
    "Certificates",
    "Implementation",
    "Lab",
    "Origin",
    "Peer",
    "Received",
    "Running",
    "Script",
    "Subject",
    "answering",
    "asyncio_case",
    "case",
    "chunked",
    "failure",
    "plain",
    "read_all",
]
