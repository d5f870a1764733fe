"""The reference stack's NGINX knows the API on its own machine by name, and nothing else has to tell it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from hardening import stack
from hardening.hosts.engine import engine
from tests.engine.private_host import INVENTORY, PrivateHost

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

Dockerd = Any  # conftest.Engine, which a test module cannot import by name
STACK = Path(__file__).parents[2] / "stack"
NETWORK = "edge"
IMAGES = dict.fromkeys(("mongod", "api", "nginx"), "none@sha256:" + "0" * 64)


@pytest.fixture
def swarm(dockerd: Dockerd) -> Iterator[Dockerd]:
    with engine(PrivateHost(dockerd)) as running:
        running.init_swarm("127.0.0.1", autolock=False, cert_expiry=3600 * 10**9, heartbeat=5 * 10**9)
    dockerd.docker("network", "create", "--driver", "overlay", NETWORK)
    yield dockerd
    dockerd.docker("service", "rm", "api", "nginx", check=False)
    dockerd.docker("swarm", "leave", "--force")


def first_replica(hostname: str) -> str:
    """What NGINX makes of its own name, by the pattern of its configuration."""
    text = (STACK / "nginx/site/replicas.conf").read_text()
    found = re.search(r'"~(?P<pattern>\S+)"\s+(?P<value>api-\$machine);', text)
    assert found
    own = re.match(found["pattern"].replace("?<", "?P<"), hostname)
    assert own, f"{hostname} is no {found['pattern']}"
    return found["value"].replace("$machine", own["machine"])


def test_a_container_finds_the_api_of_its_own_machine_by_the_name_that_nginx_makes_of_its_own(swarm: Dockerd) -> None:
    rendered = stack.render("nodepop", STACK / "stack.yml.j2", INVENTORY, IMAGES, {})
    services = msgspec.json.decode(rendered.document)["services"]
    image = swarm.make_busybox("names:1")
    for name in ("api", "nginx"):
        hostname = ("--hostname", services[name]["hostname"])
        place = ("--network", NETWORK, "--endpoint-mode", "dnsrr", "--mode", "global")
        healthy = ("--health-cmd", "true", "--health-interval", "1s")
        web = ("httpd", "-f", "-p", "3000", "-h", "/bin")
        swarm.docker("service", "create", "--quiet", "--name", name, *hostname, *place, *healthy, image, *web)
    nginx, api = (
        swarm.docker("ps", "--quiet", "--filter", f"name={name}.").stdout.strip() for name in ("nginx", "api")
    )
    form = f'{{{{(index .NetworkSettings.Networks "{NETWORK}").IPAddress}}}}'
    address = swarm.docker("inspect", "--format", form, api).stdout.strip()
    asked = first_replica(swarm.docker("exec", nginx, "cat", "/etc/hostname").stdout.strip())

    def finds() -> bool:
        found = swarm.docker("exec", nginx, "/bin/busybox", "nslookup", asked, "127.0.0.11", check=False)
        return f"Address: {address}\n" in found.stdout.replace("Address 1:", "Address:")

    swarm.wait_until(finds, f"{asked} to be {address}")
