"""Contents of a message that nobody knows stay in their message, in their place, whole and streamed."""

import json

from accord.core.accumulate import accumulate
from accord.core.http import Reply
from accord.core.request import ChatRequest
from accord.dialects.openai_responses import OpenAIResponses, parse

TEXT = {"type": "output_text", "text": "a", "annotations": [], "logprobs": []}
CONTENT = [TEXT, {"type": "output_hologram", "x": 1}, {**TEXT, "text": "b"}]
MESSAGE = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": CONTENT}
ALONE = {**MESSAGE, "id": "msg_2", "content": [{"type": "output_hologram", "x": 2}]}
ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [MESSAGE, ALONE]}


def asked(*, stream):
    return parse(json.dumps({"model": "m", "input": "x", "stream": stream}).encode(), ())


def test_whole():
    answer = OpenAIResponses(model="m").encode(ChatRequest()).decode(
        Reply(status=200, body=json.dumps(ANSWER).encode())
    )  # fmt: skip
    assert json.loads(asked(stream=False).render(answer))["output"] == [MESSAGE, ALONE]


def told():
    yield {"type": "response.created", "response": {"id": "resp_1", "model": "m"}}
    for index, item in enumerate((MESSAGE, ALONE)):
        yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "content": []}}
        for place, content in enumerate(item["content"]):
            where = {"output_index": index, "content_index": place, "item_id": item["id"]}
            begun = {**content, "text": ""} if "text" in content else content
            yield {"type": "response.content_part.added", **where, "part": begun}
            if "text" in content:
                yield {"type": "response.output_text.delta", **where, "delta": content["text"]}
            yield {"type": "response.content_part.done", **where, "part": content}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": ANSWER}


def test_streamed():
    decoder = OpenAIResponses(model="m").encode(ChatRequest(), stream=True).decoder()
    events = decoder.feed(b"".join([b"data: %b\n\n" % json.dumps(event).encode() for event in told()])) + decoder.end()
    renderer = asked(stream=True).renderer()
    data = renderer.feed(events) + renderer.end()
    found = [json.loads(line[6:]) for line in data.decode().splitlines() if line.startswith("data: ")]
    assert found[-1]["response"]["output"] == [MESSAGE, ALONE]
    assert [event["item"] for event in found if event["type"] == "response.output_item.done"] == [MESSAGE, ALONE]
    parts = [event["part"] for event in found if event["type"] == "response.content_part.done"]
    assert parts == [*CONTENT, *ALONE["content"]]
    assert json.loads(asked(stream=False).render(accumulate(events)))["output"] == [MESSAGE, ALONE]
