#!/usr/bin/python3 -ISE
"""harden-runtime as a program; what it does is in `runtime.py`, beside which it is installed."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0])

import runtime  # type: ignore[import-not-found]  # is beside it on a node

runtime.main(sys.argv)
