"""Progress on standard error: a live line in a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

Report = Callable[[str, str], None]
"""Told (node or empty, what happens)."""


@contextmanager
def lines() -> Generator[Report]:
    """Reports with the time since the start; the last one spins while it lasts, in a terminal."""
    from rich.console import Console
    from rich.markup import escape

    from hardening.render.inert import plain

    console = Console(stderr=True, highlight=False)
    started = time.monotonic()

    def told(node: str, text: str) -> str:
        where = f"[cyan]{escape(plain(node))}[/] " if node else ""
        return f"[dim]{time.monotonic() - started:6.1f} s[/] {where}{escape(plain(text))}"

    if not console.is_terminal:
        yield lambda node, text: console.print(told(node, text), soft_wrap=True)
        return
    with console.status("") as status:

        def report(node: str, text: str) -> None:
            line = told(node, text)
            console.print(line)
            status.update(line)

        yield report
