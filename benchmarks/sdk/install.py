"""What an installation brings: packages and bytes in a fresh virtual environment."""

import subprocess
import sys
from pathlib import Path

from benchmarks.gateway.process import ROOT
from benchmarks.gateway.row import Row

AIM_MB, AIM_PACKAGES = 15, 5


def measure(folder: Path) -> list[Row]:
    """Installs this source tree, not editable and without extras, by pip from the configured index."""
    made = folder / "installed"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    python = made / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-warn-script-location"]
    done = subprocess.run([*pip, str(ROOT)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"pip could not install {ROOT}:\n{done.stderr[-2000:]}")
    subprocess.run([str(python), "-c", "import accord; accord.Client(accord.OpenAI(api_key='sk-test'))"], check=True)
    packages = next(made.glob("lib/python*/site-packages"))
    names = sorted(found.name.removesuffix(".dist-info") for found in packages.glob("*.dist-info"))
    files = [found for found in packages.rglob("*") if found.is_file()]
    total = sum(found.stat().st_size for found in files) / 1e6
    bare = sum(found.stat().st_size for found in files if found.suffix != ".pyc") / 1e6
    return [
        Row("installed", "Accord", total, "MB", f"<= {AIM_MB}", note=f"{bare:.1f} MB of it is not compiled by pip"),
        Row("installed packages", "Accord", len(names), "", f"<= {AIM_PACKAGES}", note=", ".join(names)),
    ]
