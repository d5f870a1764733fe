"""Gives a cloned guest its own identity, or brings its view of the cluster up to date. Runs inside the guest, as root.

A JSON request arrives on standard input: `task` is `prepare` (before the snapshot that is cloned), `adopt` (after) or
`hosts` (the cluster has grown). The answer is one JSON document on standard output.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

NETWORK_FILE = Path("/etc/systemd/network/10-cluster.network")
CLUSTER_NETWORK = """\
[Match]
Name=cluster

[Link]
MACAddress={mac}
RequiredForOnline=no

[Network]
Address={address}/24
LinkLocalAddressing=no
IPv6AcceptRA=no
ConfigureWithoutCarrier=yes
IgnoreCarrierLoss=yes
"""

REGISTRY_FOLDER = Path("/etc/docker/registry")
REGISTRY_CONFIG = """\
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: /var/lib/docker-registry
  delete:
    enabled: true
http:
  addr: {listen}
  tls:
    certificate: {folder}/tls.pem
    key: {folder}/tls.key
"""

HOST_KEY = Path("/etc/ssh/ssh_host_ed25519_key")
ENGINE_STATE = (Path("/var/lib/docker"), Path("/var/lib/containerd"))


class Request(TypedDict, total=False):
    """What the host sends. `hosts` maps names to addresses; certificates and keys are PEM text."""

    task: str
    entropy: str
    name: str
    address: str
    mac: str
    hosts: dict[str, str]
    authorized_key: str
    registry: str
    ca: str
    registry_certificate: str
    registry_key: str


def main() -> None:
    """Do the task that standard input names."""
    request: Request = json.load(sys.stdin)
    task = {"prepare": prepare, "adopt": adopt, "hosts": hosts}[request["task"]]
    sys.stdout.write(json.dumps(task(request)))


def prepare(_request: Request) -> dict[str, str]:
    """Stop what must not be cloned. The engine has run once by now, so its programs are in the page cache."""
    run("systemctl", "stop", "docker.socket", "docker.service", "containerd.service")
    for folder in ENGINE_STATE:
        shutil.rmtree(folder)
        folder.mkdir(mode=0o711)
    run("systemctl", "reset-failed")
    os.sync()
    return {}


def adopt(request: Request) -> dict[str, str]:
    """Become one node: names, addresses, keys, trust; then start what was held back for it."""
    write(Path("/dev/urandom"), bytes.fromhex(request["entropy"]))
    network(request)
    hosts(request)
    names(request)
    write(Path("/etc/docker/certs.d") / request["registry"] / "ca.crt", request["ca"].encode())
    run("systemctl", "start", "--no-block", "docker.socket", "docker.service")  # the slow one, so it begins first
    host_key = keys(request)
    run("systemctl", "start", "ssh.service")
    if "registry_certificate" in request:
        registry(request)
    run("systemctl", "start", "docker.service")
    os.sync()
    return {"host_key": host_key}


def hosts(request: Request) -> dict[str, str]:
    """Let every node's name resolve."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    lines += [f"{address} {name}" for name, address in request["hosts"].items()]
    write(Path("/etc/hosts"), "".join(f"{line}\n" for line in lines).encode())
    return {}


def network(request: Request) -> None:
    """Take the address and the MAC on the cluster network; the saved device has the MAC of the base."""
    write(NETWORK_FILE, CLUSTER_NETWORK.format(mac=request["mac"], address=request["address"]).encode())
    run("systemctl", "reload", "systemd-networkd.service")


def names(request: Request) -> None:
    """Take a host name, and a machine id with a journal of its own."""
    write(Path("/etc/hostname"), request["name"].encode() + b"\n")
    socket.sethostname(request["name"])
    Path("/etc/machine-id").unlink()
    run("systemd-machine-id-setup")
    shutil.rmtree("/var/log/journal", ignore_errors=True)
    Path("/var/log/journal").mkdir(mode=0o2755)
    run("systemctl", "restart", "systemd-journald.service")


def keys(request: Request) -> str:
    """Make the SSH host key and admit the lab's own key; the public host key."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", request["name"], "-f", str(HOST_KEY))
    login = Path("/root/.ssh")
    login.mkdir(mode=0o700, exist_ok=True)
    write(login / "authorized_keys", request["authorized_key"].encode(), mode=0o600)
    return HOST_KEY.with_suffix(".pub").read_text("ascii").strip()


def registry(request: Request) -> None:
    """Serve images to the cluster under TLS."""
    port = request["registry"].rpartition(":")[2]
    config = REGISTRY_CONFIG.format(listen=f"{request['address']}:{port}", folder=REGISTRY_FOLDER)
    write(REGISTRY_FOLDER / "config.yml", config.encode())
    write(REGISTRY_FOLDER / "tls.pem", request["registry_certificate"].encode())
    write(REGISTRY_FOLDER / "tls.key", request["registry_key"].encode(), mode=0o600)
    shutil.chown(REGISTRY_FOLDER / "tls.key", "docker-registry")
    run("systemctl", "start", "docker-registry.service")


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole, creating its folder; it never has a wider mode than `mode`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def run(*argv: str) -> None:
    """Run a program of the guest; its failure ends this one, with the reason."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(argv)}: {done.stderr.strip() or f'exit code {done.returncode}'}")


if __name__ == "__main__":
    main()
