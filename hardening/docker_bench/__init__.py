"""docker-bench-security as a second opinion: run on every node, read, and set beside an audit."""

from .ask import Script, ask, script
from .compare import compare
from .read import BenchReport

__all__ = ["BenchReport", "Script", "ask", "compare", "script"]
