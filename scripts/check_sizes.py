"""One concept a file: no file over 400 lines, no function over 50. Exits 1 and names what is too long."""

import ast
import sys
from pathlib import Path

ROOTS = ("src", "benchmarks", "scripts")
FILE_LINES = 400
FUNCTION_LINES = 50


def too_long(path: Path) -> list[str]:
    text = path.read_text()
    found: list[str] = []
    lines = text.count("\n")
    if lines > FILE_LINES:
        found.append(f"{path}: {lines} lines, at most {FILE_LINES}")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}")
    return found


if __name__ == "__main__":
    problems = [problem for root in ROOTS for path in sorted(Path(root).rglob("*.py")) for problem in too_long(path)]
    print("\n".join(problems) or "sizes: every file and function is short enough")
    sys.exit(1 if problems else 0)
