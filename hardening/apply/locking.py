"""One deploy at a time: a lock on the leading manager that lets go when its holder is gone."""

import datetime as dt
import getpass
import json
import os
import platform
from collections.abc import Generator
from contextlib import contextmanager

from hardening.errors import HardenError
from hardening.hosts import Host


@contextmanager
def deploy_lock(host: Host) -> Generator[None]:
    """Hold the cluster's deploy lock.

    Raises:
        HardenError: somebody else holds it; the message says who, from where and since when.
    """
    since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    holder = f"{getpass.getuser()}@{platform.node()} (process {os.getpid()}) since {since}"
    with host.serve("lock", {"holder": holder}) as line:
        held_by = json.loads(line)["held_by"]
        if held_by:
            raise HardenError(
                f"{host.node.name}: another deploy is under way: {held_by}",
                "wait for it to end; its lock goes with it, however it ends",
            )
        yield
