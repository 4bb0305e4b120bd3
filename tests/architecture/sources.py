"""Our own source as the architecture tests read it: files, syntax trees, apps and their floors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("network_site", "practices", "needs", "projects", "funders", "search", "learning")

# Lowest first; what stands in one line may not see each other (architecture, section 3).
FLOORS: tuple[tuple[str, ...], ...] = (
    ("network_site.common",),
    ("network_site.taxonomy",),
    ("network_site.organizations",),
    ("network_site.publishing",),
    ("practices",),
    ("needs",),
    ("projects",),
    ("funders", "learning"),
    ("search",),
    ("network_site.workspace",),
)
FLOOR_OF = {app: number for number, apps in enumerate(FLOORS) for app in apps}


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of ours but the tests."""
    return tuple(sorted(path for top in TOPS for path in (ROOT / top).rglob("*.py")))


@cache
def templates() -> tuple[Path, ...]:
    """Every template of ours."""
    return tuple(
        sorted(path for top in TOPS for path in (ROOT / top).rglob("templates/**/*") if path.is_file()),
    )


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def short(path: Path) -> str:
    """A file's name as the lists of the tests give it."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """The dotted name of a file's module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def app_of(module: str) -> str:
    """The app that a module belongs to; a module of the roof (urls, seeding, celery …) is an app of its own."""
    parts = module.split(".")
    if parts[0] == "network_site":
        return ".".join(parts[:2])
    return parts[0]


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """All calls below a node."""
    return (found for found in ast.walk(node) if isinstance(found, ast.Call))


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of every import in a file, also inside functions, but not for type checking only."""
    own = module_of(path)
    package = own if path.name == "__init__.py" else own.rpartition(".")[0]
    for node in _running_code(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
            yield base, tuple(alias.name for alias in node.names)


def _running_code(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _running_code(child)


def imported_modules(path: Path) -> set[str]:
    """Modules of ours that a file imports; `from practices import services` counts as practices.services."""
    found = set()
    for module, names in imports(path):
        if module.split(".")[0] in TOPS:
            found.add(module)
            found.update(f"{module}.{name}" for name in names if _is_module(f"{module}.{name}"))
    return found


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
