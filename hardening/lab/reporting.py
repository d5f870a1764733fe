"""How the lab tells what it is doing."""

from collections.abc import Callable

Reporter = Callable[[str], None]
"""Takes one short line, such as `booting the guest that is cloned`. May be called from several threads."""


def silent(_line: str) -> None:
    """Tell nobody."""
