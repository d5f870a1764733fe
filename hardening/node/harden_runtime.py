#!/usr/bin/python3 -ISE
"""harden-runtime as a program; what it does is in `runtime.py`, beside which it is installed."""

import os
import sys

sys.path.insert(0, __file__.rpartition("/")[0])

# Python keeps what it compiled in a folder beside, which nobody else may write, whatever the engine's own umask is.
umask = os.umask(0o077)
import runtime  # type: ignore[import-not-found]  # noqa: E402 - beside this on a node, and only now

os.umask(umask)
runtime.main(sys.argv)
