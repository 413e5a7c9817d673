"""A call through a group that is left while a file is fetched for it: nothing was sent, and nothing says otherwise."""

from accord.core.context import RequestContext
from accord.core.fetch import RemoteFile
from accord.core.message import user
from accord.core.option import Options
from accord.core.part import Image, Media, Text
from accord.core.request import ChatRequest
from accord.engine.group import Group, RoutePolicy
from accord.engine.member import Member
from accord.engine.route import Terms
from accord.engine.routed import RoutedChat
from accord.engine.standings import Standings
from accord.engine.target import Target
from accord.flows.effect import Fetch, Fetched, Send
from accord.providers import VertexAI

PICTURE = ChatRequest(messages=(user([Text(text="x"), Image(source=Media(url="https://files.example/a.png"))]),))


def test_only_a_request_that_was_written_is_an_attempt() -> None:
    gemini = Target("google", VertexAI(project="p", access_token="sk-test"), "gemini-2.5-flash")
    group = Group("g", [Member(target=gemini)], RoutePolicy(), Standings())
    terms = Terms(options=Options(), context=RequestContext())

    def begun() -> RoutedChat:
        return RoutedChat(group, PICTURE, terms, stream=False, now=0.0, roll=lambda: 0.5, headroom=lambda _: 1.0)

    left = begun()
    flow = left.flow(0.0)
    assert isinstance(next(flow), Fetch)
    flow.close()
    assert left.attempts == ()

    left = begun()
    flow = left.flow(0.0)
    next(flow)
    file = RemoteFile(body=b"\x89PNG\r\n\x1a\n" + b"\x00" * 24, content_type="image/png")
    assert isinstance(flow.send(Fetched(files=(file,), at=1.0)), Send)
    flow.close()
    assert [attempt.error for attempt in left.attempts] == ["cancelled"]
