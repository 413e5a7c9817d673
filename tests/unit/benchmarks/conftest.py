from pathlib import Path

import pytest
from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.peer import package


@pytest.fixture
def upstreams(tmp_path: Path) -> Upstreams:
    return Upstreams(plain=7001, tls=7002, streams=7003, authority=tmp_path / "ca.pem")


@pytest.fixture
def peers_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packages of peers are installed: an empty folder."""
    home = tmp_path / "peers"
    monkeypatch.setattr(package, "HOME", home)
    return home


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that PATH begins with; after it comes the system's own shell."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    return folder
