"""Every Python block on the pages is run, page by page, against a fake provider."""

import gc
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
GATEWAY = "http://127.0.0.1:4000"
"""Where the pages have it; there may be another one on the machine."""
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCK.search(page.read_text())], ids=lambda page: page.stem)
def test_the_blocks_of_a_page_run_in_order(
    page: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    names: dict[str, object] = {"__name__": "page"}
    text = page.read_text()
    if GATEWAY in text:
        text = text.replace(GATEWAY, request.getfixturevalue("gateway_of_mistral" if "mistral/" in text else "gateway"))
    for match in BLOCK.finditer(text):
        line = text[: match.start()].count("\n") + 1
        code = compile("\n" * line + match[1], str(page), "exec")
        exec(code, names)
    names.clear()
    gc.collect()
    assert "sk-test" not in capsys.readouterr().out, "no page prints a key"


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert not broken


def test_every_decision_is_in_their_list() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", (ROOT / "docs" / "adr" / "README.md").read_text(), re.MULTILINE)
    assert [f"# {number}. {title}" for number, title, _ in listed] == [
        page.read_text().splitlines()[0] for page in pages
    ]
    assert [name for *_, name in listed] == [page.name for page in pages]


def test_the_reference_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/build_reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
