"""What the layout promises: who imports whom, where the outside is touched, what is named where."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "hardening"
MODULES = sorted(PACKAGE.rglob("*.py"))

VOCABULARY = frozenset({"model", "errors"})
MAY_IMPORT: dict[str, frozenset[str]] = {
    "model": frozenset(),
    "errors": frozenset(),
    "data": frozenset(),
    "outputs": VOCABULARY,
    "node": frozenset(),  # copied to machines that have nothing of this package
    "documents": VOCABULARY,
    "moments": VOCABULARY,
    "addresses": VOCABULARY,
    "hosts": VOCABULARY | {"certificates"},
    # answers of databases are redacted as nodes redact theirs
    "facts": VOCABULARY | {"hosts", "certificates", "node", "outputs"},
    "checks": VOCABULARY,
    "render": VOCABULARY | {"data", "outputs"},
    "confine": VOCABULARY | {"documents", "outputs"},
    "certificates": frozenset(),
    "stack": VOCABULARY | {"documents", "certificates"},
    "plan": VOCABULARY | {"stack", "confine", "certificates", "confinement"},
    "dns": VOCABULARY | {"documents", "node"},  # the program that nodes get runs here, too
    "project": VOCABULARY | {"documents", "stack", "confine", "dns"},
    "picture": VOCABULARY | {"checks"},
    "waivers": VOCABULARY | {"documents", "checks"},
    "audit": VOCABULARY | {"checks", "waivers", "picture"},
    "history": VOCABULARY | {"hosts", "outputs", "render"},
    "docker_bench": VOCABULARY | {"hosts"},
    "confinement": VOCABULARY,
    "status": VOCABULARY | {"confinement", "plan"},
    "apply": VOCABULARY | {"hosts", "plan", "stack", "certificates"},
    "lab": VOCABULARY | {"hosts", "plan", "data", "certificates"},
    "images": VOCABULARY | {"hosts", "plan", "data", "documents"},
    "record": VOCABULARY | {"hosts", "documents", "confine", "outputs"},
    "drill": VOCABULARY | {"hosts", "plan", "record"},
    "deploy": VOCABULARY | {"hosts", "facts", "stack", "plan", "apply", "confinement"},
    "issued": VOCABULARY | {"hosts", "plan", "certificates"},
    "scaffold": VOCABULARY | {"data"},
}
"""Part of the package -> other parts it may import, at the top or late. `cli` may import all; nothing imports it."""

DOORS = frozenset({"sh", "docker", "pymongo", "subprocess", "pty", "requests"})
"""Libraries that start programs, or speak to engines and databases."""

DOORKEEPERS = ("hosts/", "node/", "lab/guest/")
"""The doors, and what runs on other machines."""


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything imported anywhere in a module, also within functions."""
    package = ["hardening", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def own(dotted: str) -> str | None:
    """The part of this package that an imported name belongs to."""
    words = dotted.split(".")
    if words[0] != "hardening":
        return None
    # `from hardening import __version__` is a name of the package itself, not of a part.
    return words[1] if len(words) > 1 and not words[1].startswith("__") else None


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_part_imports_only_what_lies_below_it(path: Path) -> None:
    if path.parent == PACKAGE and path.stem == "__init__":
        assert not [dotted for _, dotted in imports(path) if own(dotted)]
        return
    if part(path) == "cli":
        return
    assert part(path) in MAY_IMPORT, f"say in MAY_IMPORT what {part(path)} may import"
    allowed = MAY_IMPORT[part(path)] | {part(path)}
    wrong = [
        f"{name(path)}:{line}: {dotted}" for line, dotted in imports(path) if (own(dotted) or part(path)) not in allowed
    ]
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_doors_reach_outside(path: Path) -> None:
    if name(path).startswith(DOORKEEPERS):
        return
    wrong = [f"{name(path)}:{line}: {dotted}" for line, dotted in imports(path) if dotted.split(".")[0] in DOORS]
    assert not wrong


INSTALLED_BESIDE = {"harden_runtime": ("runtime",), "runtime": ("fence",)}
"""Modules of `node/` -> those of them that a deploy puts into the same folder of a node."""


@pytest.mark.parametrize("path", sorted((PACKAGE / "node").glob("*.py")), ids=name)
def test_what_is_copied_to_nodes_needs_nothing_but_python_3_9(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.BinOp(op=ast.BitOr())]):
                pytest.fail(f"{name(path)}:{node.lineno}: a union is no type for isinstance before Python 3.10")
            case ast.Name(id="TimeoutError"):
                pytest.fail(f"{name(path)}:{node.lineno}: socket.timeout is no TimeoutError before Python 3.10")
    for line, dotted in imports(path):
        at_home = dotted.split(".")[0] in sys.stdlib_module_names
        sibling = dotted.startswith("hardening.node.") and (PACKAGE / "node" / f"{dotted.split('.')[2]}.py").is_file()
        beside = dotted in INSTALLED_BESIDE.get(path.stem, ())
        assert at_home or sibling or beside, f"{name(path)}:{line}: {dotted}"


def test_what_is_copied_to_nodes_uses_no_newer_syntax_or_types() -> None:
    argv = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--target-version", "py39"]
    argv += ["--select", "FA102,F", "--output-format", "concise", str(PACKAGE / "node")]
    assert subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False).stdout == ""


HELP = """
import sys
from hardening.cli import main
sys.argv = ["harden", "--help"]
try:
    main()
except SystemExit as end:
    heavy = {"docker", "pymongo", "jinja2", "yaml", "sh", "cryptography"}
    print(end.code, sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def test_help_loads_no_library_it_does_not_need() -> None:
    result = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, timeout=60, check=False)
    assert "harden" in result.stdout
    assert result.stderr == "0 []\n"


# --- one system's names ---------------------------------------------------------------------------------------------

SYSTEM = re.compile(r"\b(mongod|mongo[123]|nginx|nodepop|pm2|express)\b", re.IGNORECASE)
OF_ONE_SYSTEM = {
    "checks/mongo": "judges MongoDB",
    "checks/nginx": "judges NGINX",
    "checks/subjects.py": "says where no MongoDB and no NGINX runs",
    "checks/references.py": "the benchmarks' names",
    "facts/mongo": "finds and asks MongoDB",
    "facts/nginx": "finds and reads NGINX",
    "model/findings.py": "the areas that checks are sorted into",
    "render/html/overview.py": "the areas' headings",
    "images/": "builds the reference stack's images under its name where no other is given",
    "lab/inventory.py": "the lab's nodes carry the labels by which the reference stack is placed",
    "project.py": "so does the single machine of `--inventory local`",
}
"""Modules that exist for one of the reference stack's systems, as path prefixes -> why."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every string in a module that is not a docstring."""
    told = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_serves_every_stack_names_no_service_of_one(path: Path) -> None:
    if name(path).startswith(tuple(OF_ONE_SYSTEM)):
        return
    assert not [f"{name(path)}:{line}: {text[:80]!r}" for line, text in texts(path) if SYSTEM.search(text)]


def test_every_exception_is_still_one() -> None:
    unused = [
        prefix
        for prefix in OF_ONE_SYSTEM
        if not any(SYSTEM.search(text) for path in MODULES if name(path).startswith(prefix) for _, text in texts(path))
    ]
    assert not unused


# --- every file of the project --------------------------------------------------------------------------------------


def project_files() -> list[Path]:
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    return [ROOT / line for line in listed.split("\0") if line and (ROOT / line).is_file()]


# Spelled in pieces, so that this file does not hold what it forbids.
REGISTRIES = [
    ".".join(words)
    for words in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("registry-1", "docker", "io"),
        ("index", "docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
    )
]
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRIES), r"\.\./" + "shared", r"(?<![\w.$}-])/" + r"work\b(?!-)"]))


def test_no_file_names_a_registry_or_a_place_of_this_machine() -> None:
    wrong = []
    for path in project_files():
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1):
            if FORBIDDEN.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not wrong
