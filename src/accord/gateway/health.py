"""Whether the gateway runs, and whether it should be sent requests."""

from accord.core.json import dumps
from accord.gateway.http import Response
from accord.gateway.visit import Visit


class Health:
    """Answers probes."""

    def __init__(self) -> None:
        self.draining = False
        """Set once, when the gateway was told to stop."""

    async def live(self, visit: Visit, body: bytes) -> Response:
        """200 for as long as there is an answer at all."""
        del visit, body
        return Response(200, dumps({"status": "live"}))

    async def ready(self, visit: Visit, body: bytes) -> Response:
        """200, or 503 once the gateway was told to stop: requests should go elsewhere."""
        del visit, body
        if self.draining:
            return Response(503, dumps({"status": "draining"}))
        return Response(200, dumps({"status": "ready"}))
