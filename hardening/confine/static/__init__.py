"""Which system calls the programs of an image can make, read from their machine code.

    files of an image -> linking (what is loaded together) -> scan (a file's functions, calls, sites; cached by digest)
    -> reach (what can run) -> Analysis

Everything errs to the side of more: what cannot be told apart counts as reachable, what cannot be resolved is counted.
"""

from .image import Folder, Root
from .linking import Surroundings
from .reach import analyse, programs

__all__ = ["Folder", "Root", "Surroundings", "analyse", "programs"]
