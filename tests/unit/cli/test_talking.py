"""`accord ask`, `accord chat` and `accord doctor`, as processes, against a real fake provider."""

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import accord
from accord.testing import Cut, Delivery, Failure, FakeProvider, Hold, Reply

ACCORD = [sys.executable, "-c", "from accord.cli.main import main; main()"]


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


def run(fake: FakeProvider | None, *arguments: str, piped: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_PROXY"))}
    keys = {} if fake is None else {"OPENAI_API_KEY": fake.key, "OPENAI_BASE_URL": fake.url}
    environ = {**clean, **keys, "NO_COLOR": "1", **more}
    return subprocess.run(
        [*ACCORD, *arguments], input=piped, capture_output=True, text=True, env=environ, timeout=30, check=False
    )


class Screen:
    """What a terminal shows, read as it comes."""

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._text = ""
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, *words: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: all(word in self._text for word in words), 20), self._text

    def wait_for_one_of(self, *words: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(word in self._text for word in words), 20), self._text

    def close(self) -> None:
        self._reader.join(5)
        os.close(self._leader)

    def _read(self) -> None:
        try:
            while data := os.read(self._leader, 1000):
                with self._news:
                    self._text += data.decode("utf-8", "replace")
                    self._news.notify_all()
        except OSError:
            pass  # The other end is closed.


class TestAsk:
    def test_the_answer_is_on_standard_output_alone(self, fake: FakeProvider) -> None:
        done = run(fake, "ask", "Hello there")
        assert (done.returncode, done.stdout) == (0, "Hello there\n")
        assert " in, " in done.stderr
        assert "$" in done.stderr

    def test_what_is_piped_comes_first(self, fake: FakeProvider) -> None:
        assert run(fake, "ask", "What is it?", piped="a text\n").stdout == "a text\n\nWhat is it?\n"

    def test_everything_as_json(self, fake: FakeProvider) -> None:
        told = json.loads(run(fake, "ask", "Hello", "--json", "--system", "Be brief").stdout)
        assert told["choices"][0]["message"]["parts"][0]["text"] == "Hello"
        assert told["cost"]["amount"]

    def test_files_and_a_schema_go_along(self, fake: FakeProvider, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        (tmp_path / "s.json").write_text('{"type": "object", "properties": {}, "additionalProperties": false}')
        done = run(
            fake, "ask", "x", "--model", "openai/gpt-5.4-mini", "-f", str(tmp_path / "a.png"),
            "--schema", str(tmp_path / "s.json"), "--max-tokens", "50",
        )  # fmt: skip
        sent = fake.last.json
        assert isinstance(sent, dict)
        assert "image_url" in str(sent)
        assert "json_schema" in str(sent)
        assert done.returncode == 0

    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            ([], 2, "what is the question?"),
            (["x", "--file", "nowhere.png"], 2, "nowhere.png"),
            (["x", "--schema", "nowhere.json"], 2, "nowhere.json"),
            (["x", "--model", "nobody/x"], 2, "no provider is known"),
        ],
    )
    def test_what_is_wrong_is_one_line(self, fake: FakeProvider, arguments: list[str], code: int, words: str) -> None:
        done = run(fake, "ask", *arguments)
        assert done.returncode == code
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1

    def test_without_a_key_it_says_how_to_begin(self) -> None:
        done = run(None, "ask", "x")
        assert done.returncode == 2
        assert "OPENAI_API_KEY" in done.stderr
        assert "accord serve" in done.stderr

    def test_an_answer_gives_a_terminal_no_commands(self, fake: FakeProvider) -> None:
        assert run(fake, "ask", "-q", "a\x1b[2Jb").stdout == "a\x1b[2Jb\n"
        leader, follower = pty.openpty()
        environ = {**os.environ, "OPENAI_API_KEY": fake.key, "OPENAI_BASE_URL": fake.url}
        screen = Screen(leader)
        asked = [*ACCORD, "ask", "-q", "a\x1b[2Jb", "-m", "openai/gpt-5.4-mini"]
        try:
            with open(follower, "wb") as shown:
                subprocess.run(asked, stdin=subprocess.DEVNULL, stdout=shown, env=environ, timeout=30, check=True)
            screen.wait_for("a[2Jb")
        finally:
            screen.close()

    def test_a_server_of_ones_own(self, fake: FakeProvider) -> None:
        done = run(None, "ask", "Hello", "--base-url", fake.url, "--key", fake.key, "--model", "openai/gpt-5.4-mini")
        assert done.stdout == "Hello\n"
        assert fake.last.json["model"] == "openai/gpt-5.4-mini"  # type: ignore[index, attr-defined]

    def test_a_server_and_its_key_from_variables(self, fake: FakeProvider) -> None:
        done = run(None, "ask", "Hello", "-m", "m", ACCORD_BASE_URL=fake.url, ACCORD_KEY=fake.key)
        assert done.stdout == "Hello\n"

    def test_an_answer_that_is_cut_off_is_no_success(self, fake: FakeProvider) -> None:
        fake.script(Reply(finish="length"))
        assert run(fake, "ask", "x").returncode == 1
        fake.script(Reply(delivery=Delivery(fault=Cut(how="fin", events=2))))
        assert run(fake, "ask", "x").returncode == 1
        fake.always(Failure(status=401))
        done = run(fake, "ask", "x")
        assert done.returncode == 1
        assert "401" in done.stderr
        assert "Traceback" not in done.stderr


class TestChat:
    def test_a_conversation_goes_on(self, fake: FakeProvider, tmp_path: Path) -> None:
        saved = tmp_path / "talk.json"
        done = run(fake, "chat", piped=f"Hello\n/system Be brief\nAgain\n/cost\n/save {saved}\n/nope\n/clear\n")
        assert done.stdout == "Hello\nAgain\n"
        assert [message["role"] for message in fake.last.json["messages"]] == ["system", "user", "assistant", "user"]  # type: ignore[index, attr-defined]
        assert "there is no /nope" in done.stderr
        again = run(fake, "chat", "--load", str(saved), piped="More\n")
        assert again.stdout == "More\n"
        assert len(fake.last.json["messages"]) == 5  # type: ignore[index, attr-defined]

    def test_a_failure_does_not_end_it(self, fake: FakeProvider) -> None:
        fake.script(Failure(status=400, message="no"))
        done = run(fake, "chat", piped="Bad\nGood\n")
        assert done.stdout == "Good\n"
        assert "no" in done.stderr
        assert [message["role"] for message in fake.last.json["messages"]] == ["user"]  # type: ignore[index, attr-defined]

    @pytest.mark.parametrize(("events", "kept"), [(4, ["user", "assistant", "user"]), (1, ["user"])])
    def test_ctrl_c_in_a_terminal_stops_an_answer_and_keeps_what_arrived(
        self, fake: FakeProvider, events: int, kept: list[str]
    ) -> None:
        words = (accord.Text(text="alpha beta gamma delta epsilon"),)
        fake.script(Reply(content=words, delivery=Delivery(fault=Hold(events=events))))
        leader, follower = pty.openpty()
        clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        environ = {**clean, "OPENAI_API_KEY": fake.key, "OPENAI_BASE_URL": fake.url, "TERM": "xterm"}
        # `setsid -c` makes the terminal the process's own, so that Ctrl-C reaches it.
        process = subprocess.Popen(
            ["setsid", "-c", "-w", *ACCORD, "chat"], stdin=follower, stdout=follower, stderr=follower, env=environ
        )
        os.close(follower)
        screen = Screen(leader)
        try:
            os.write(leader, b"count up to five\n")
            screen.wait_for("/help tells", *(["alpha"] if len(kept) > 1 else []))
            fake.wait_until(lambda seen: len(seen.requests) == 1, 20)
            os.write(leader, b"\x03")
            # What is typed before a terminal has dealt with Ctrl-C is thrown away with it.
            screen.wait_for_one_of("cut off", *(["stopped before anything came"] if len(kept) == 1 else []))
            os.write(leader, b"go on\n")
            fake.wait_until(lambda seen: len(seen.requests) == 2 and seen.open == 0, 20)
            os.write(leader, b"/quit\n")
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()
            screen.close()
        assert [message["role"] for message in fake.last.json["messages"]] == kept  # type: ignore[index, attr-defined]


class TestDoctor:
    def test_a_healthy_provider(self, fake: FakeProvider) -> None:
        done = run(fake, "doctor")
        assert done.returncode == 0
        assert "set up by OPENAI_API_KEY" in done.stdout
        assert "healthy in" in done.stdout
        assert fake.key not in done.stdout

    def test_a_refused_key_and_a_proxy(self, fake: FakeProvider) -> None:
        done = run(fake, "doctor", "--json", OPENAI_API_KEY="sk-test-wrong", HTTPS_PROXY="http://127.0.0.1:9")
        assert done.returncode == 1
        findings = json.loads(done.stdout)
        assert any(found["state"] == "wrong" and found["subject"] == "openai" for found in findings)
        assert any(found["subject"] == "HTTPS_PROXY" and found["state"] == "note" for found in findings)
        assert "sk-test-wrong" not in done.stdout

    def test_no_keys_and_a_wrong_configuration(self, tmp_path: Path) -> None:
        assert "OPENAI_API_KEY" in run(None, "doctor").stdout
        path = tmp_path / "accord.yaml"
        path.write_text("providers: {a: {type: openai, api_kee: x}}")
        done = run(None, "doctor", "--config", str(path), "--offline")
        assert done.returncode == 1
        assert "api_kee" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_for_each_shell(shell: str) -> None:
    done = run(None, "completion", shell)
    assert done.returncode == 0
    assert "doctor" in done.stdout
