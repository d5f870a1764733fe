"""The program that keeps host names at a node's address, its settings and its unit. Only where `dns:` is set."""

import hashlib
import json
from collections.abc import Iterator
from importlib import resources

import msgspec

from hardening.model.dns import NodeDns
from hardening.model.facts import NodeFacts
from hardening.model.known import Known, Unavailable
from hardening.model.plan import InstallFile, Phase, Step
from hardening.model.project import Project

from .node_files import NOT_READ, ManagedFile

PROGRAM = "/usr/local/lib/harden/harden-dns"
MODULES = ("dyndns_settings", "dyndns_protocol", "dyndns_address", "dyndns_state", "dyndns")
"""What it is made of, of `node/`."""
MODULES_FOLDER = "/usr/local/lib/harden/dns"
SETTINGS_FILE = "/etc/harden/dns.json"
CREDENTIALS_FILE = "/etc/harden/dns.credentials"
CA_FILE = "/etc/harden/dns-ca.pem"
STATE_FILE = "/var/lib/harden-dns/state.json"
UNIT = "harden-dns.service"
UNIT_FILE = f"/etc/systemd/system/{UNIT}"
RUNNING = f"/run/systemd/units/invocation:{UNIT}"
"""A link that systemd keeps as long as the unit runs."""
SETTINGS_VERSION = 1

_START = ("sh", "-c", f"systemctl daemon-reload && systemctl enable {UNIT} && systemctl restart {UNIT}")
_STOP = ("sh", "-c", f"systemctl disable --now {UNIT} && rm -f {CREDENTIALS_FILE}")


def wanted(project: Project, node: str) -> Iterator[ManagedFile]:
    """Files of one node in the order in which they are installed; the unit, which starts it all, is the last."""
    dns = project.dns
    settings = dns.nodes.get(node) if dns else None
    if dns is None or settings is None or isinstance(dns.credentials, Unavailable):
        return
    program, login = sources(), dns.credentials.value.text
    for path, text in program.items():
        mode = 0o755 if path == PROGRAM else 0o644
        yield ManagedFile(path, text, f"Install {path.rpartition('/')[2]}, which keeps host names", mode=mode)
    if dns.ca_pem:
        yield ManagedFile(CA_FILE, dns.ca_pem, "Install the certificates that the DNS provider is known by")
    yield ManagedFile(SETTINGS_FILE, _settings(settings, with_ca=bool(dns.ca_pem)), _summary(settings))
    yield ManagedFile(CREDENTIALS_FILE, login, "Install the DNS provider's login", mode=0o600)
    yield ManagedFile(UNIT_FILE, unit("".join(program.values()), login), f"Start {UNIT}", then=_START)


def sources(folder: str = MODULES_FOLDER) -> dict[str, str]:
    """Path -> text of the program's modules below a folder, and of what starts it."""
    package = resources.files("hardening.node")
    texts = {
        f"{folder}/hardening/node/{name}.py": package.joinpath(f"{name}.py").read_text("utf-8") for name in MODULES
    }
    return {**texts, PROGRAM: LAUNCHER.format(folder=folder)}


def with_service_state(file: ManagedFile, machine: NodeFacts) -> ManagedFile:
    """The unit is in force while it runs; the other files are by being there."""
    if file.path != UNIT_FILE:
        return file
    runs = isinstance(link := machine.files.get(RUNNING, NOT_READ), Known) and link.value is not None
    return ManagedFile(file.path, file.content, file.summary, file.mode, file.check, file.then, in_force=runs)


def stop(project: Project, node: str, machine: NodeFacts) -> Iterator[Step]:
    """Where it runs and is no longer wanted: the service is stopped and the login taken away."""
    link = machine.files.get(RUNNING, NOT_READ)
    if (project.dns and node in project.dns.nodes) or not isinstance(link, Known) or link.value is None:
        return
    action = InstallFile(UNIT_FILE, None, then=_STOP)
    yield Step(node, Phase.FILES, f"Stop {UNIT}", "running", "stopped, its login removed", action)


def unit(program: str, login: str) -> str:
    """The unit's text. It changes with the program and the login, so that either starts the service anew."""
    versions = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (program, login)]
    return UNIT_TEMPLATE.format(versions=" ".join(versions), program=PROGRAM, login=CREDENTIALS_FILE)


def _settings(settings: NodeDns, *, with_ca: bool) -> str:
    document = {
        "version": SETTINGS_VERSION,
        **msgspec.structs.asdict(settings),
        "credentials": CREDENTIALS_FILE,
        "ca": CA_FILE if with_ca else "",
        "state": STATE_FILE,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _summary(settings: NodeDns) -> str:
    return f"Keep {', '.join(settings.hostnames)} at this address"


LAUNCHER = """\
#!/usr/bin/python3 -BISE
# Managed by harden. Keeps host names at this machine's address; its modules are below {folder}.
import sys

sys.path.insert(0, "{folder}")
from hardening.node.dyndns import main

sys.exit(main())
"""
UNIT_TEMPLATE = """\
# Managed by harden. Program and login: {versions}
[Unit]
Description=Keeps host names at this machine's address
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={program} --credentials ${{CREDENTIALS_DIRECTORY}}/dns
# Exit code 2: settings, login or state do not fit. Trying again would change nothing.
Restart=on-failure
RestartSec=60
RestartPreventExitStatus=2
DynamicUser=yes
StateDirectory=harden-dns
StateDirectoryMode=0700
LoadCredential=dns:{login}
UMask=0077
CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
MemoryMax=128M
TasksMax=8

[Install]
WantedBy=multi-user.target
"""
