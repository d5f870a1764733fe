"""The lab as a whole: brought up, stopped, removed, broken on purpose."""

import shlex
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hardening.errors import HardenError
from hardening.hosts.loopback import LOOPBACK
from hardening.model.inventory import Inventory
from hardening.model.registry import Registry

from . import processes, records
from .accelerator import Choice, accelerator
from .adoption import Keys, registry_address
from .base import base, link
from .fleet import Fleet
from .image import image
from .inventory import inventory_of
from .locking import command_line, deferred, exclusive
from .machine import State
from .options import check_fits, check_options
from .paths import base_cache_directory, lab_directory, runtime_directory
from .qemu import Shape
from .raising import raise_all, raise_nodes, save
from .records import LabNode, LabRecord
from .reporting import Reporter, silent
from .requirements import require
from .resources import require_disk
from .status import LabState, LabStatus, status_of

DEFAULT_NODES = 3
DEFAULT_MEMORY = 2048
"""MiB per guest."""
_OF_THE_SWARM = ("images.lock", "unlock.key")
"""What commands keep in the lab's folder about the swarm inside; worth nothing without it."""
_FILES = ("lab.json", "lab.new", "id_ed25519", "id_ed25519.pub", "known_hosts", "ca.pem", *_OF_THE_SWARM, "lock")
"""In the lab's folder, besides `base` and a folder for each node. The lock goes last."""


class Lab:
    """The lab in a folder.

    Args:
        directory: its files; None is where the user's lab is.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or lab_directory()

    def up(
        self,
        nodes: int | None = None,
        memory: int | None = None,
        accel: str = Choice.AUTO,
        *,
        install: bool = False,
        report: Reporter = silent,
    ) -> LabStatus:
        """Make every node run: new ones cloned, saved ones as they were, others from their disks; frozen ones thaw.

        Interrupted, it stops what it started: saved nodes are saved again, new ones begin anew next time.

        Args:
            nodes: how many; None is as many as there are, or three.
            memory: MiB per guest; None is what they have, or 2048.
            accel: `auto`, `kvm` or `tcg`; `auto` is what they have, or what works.
            install: install missing packages although this is not root.
            report: told what happens.

        Raises:
            HardenError: the machine lacks something, the options contradict the lab there is, or a node does not start.
        """
        choice = check_options(nodes, memory, accel)
        with self._exclusive():
            require(install=install, report=report)
            record = self._record_for(nodes, memory, choice, report)
            fleet = Fleet(self.directory, record, report)
            raise_all(fleet, nodes or len(record.nodes) or DEFAULT_NODES, report)
            return status_of(fleet)

    def down(self, report: Reporter = silent) -> None:
        """Stop every node with its memory saved. No node sees another one missing for longer than it takes."""
        with self._exclusive():
            fleet = self._fleet(report)
            with deferred():
                for node in fleet.record.nodes:
                    if not node.adopted:
                        fleet.machine(node).power_off()
                save([node for node in fleet.record.nodes if fleet.machine(node).pid is not None], fleet, report)
                fleet.switch.stop()

    def destroy(self, *, cache: bool = False, report: Reporter = silent) -> None:
        """Remove the lab with its disks; with `cache`, also what new labs are made from."""
        if self.directory.is_dir():
            with self._exclusive(), deferred():
                self._remove(report)
        if cache and base_cache_directory().is_dir():
            with exclusive(base_cache_directory() / "lock", command_line()):
                report(f"removing {base_cache_directory()}")
                shutil.rmtree(base_cache_directory())

    def status(self) -> LabStatus:
        """How it is now."""
        record = records.load(self.directory)
        if record is None:
            return LabStatus(LabState.ABSENT, str(self.directory))
        return status_of(Fleet(self.directory, record, silent))

    def inventory(self) -> Inventory:
        """The nodes, reached over SSH: the first manages, the others work.

        Raises:
            HardenError: there is no lab, or none of its nodes runs.
        """
        fleet = self._fleet(silent)
        if fleet.switch.pid is None:
            raise HardenError("the lab is down", "bring it up with: harden lab up")
        return inventory_of(fleet)

    def registry(self) -> Registry:
        """The registry on the first node."""
        return Registry(registry_address(), self._fleet(silent).keys.ca.read_text("ascii"))

    def login(self, name: str, command: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The `ssh` command that logs in to a node, or runs a command there.

        Args:
            name: of the node.
            command: one word goes to the node's shell as it is; several are quoted, and so arrive as they are.
        """
        fleet = self._fleet(silent)
        node = fleet.record.node(name)
        if not node.adopted or fleet.machine(node).pid is None:
            raise HardenError(f"{node.name} does not run", "see: harden lab status")
        argv = (
            "ssh", "-p", str(node.ssh_port), "-l", "root", "-i", str(fleet.keys.identity),
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
            "-o", f"UserKnownHostsFile={fleet.keys.known_hosts}", LOOPBACK,
        )  # fmt: skip
        if not command:
            return argv
        return (*argv, "--", command[0] if len(command) == 1 else shlex.join(command))

    def kill(self, name: str) -> None:
        """Cut a node's power."""
        with self._node(name, State.RUNNING, State.FROZEN, State.UNRESPONSIVE) as (fleet, node):
            machine = fleet.machine(node)
            machine.power_off()
            machine.memory.unlink(missing_ok=True)  # of a `down` that was stopped half-way

    def start(self, name: str, report: Reporter = silent) -> None:
        """Start a node that was killed, from its disk."""
        with self._node(name, State.OFF, State.SAVED) as (fleet, node):
            fleet.switch.start()
            raise_nodes(fleet, (node,), report)

    def freeze(self, name: str) -> None:
        """Stop a node between two instructions, as a machine that hangs."""
        with self._node(name, State.RUNNING) as (fleet, node):
            fleet.switch.plug(node.number, up=False)
            try:
                fleet.machine(node).freeze()
            except HardenError:
                fleet.switch.plug(node.number, up=True)
                raise

    def thaw(self, name: str) -> None:
        """Let a frozen node run on, with the right time."""
        with self._node(name, State.FROZEN) as (fleet, node):
            fleet.finish(node, State.FROZEN)

    def cut(self, name: str) -> None:
        """Pull a node's cable to the cluster network. SSH from the host still works."""
        with self._node(name, State.RUNNING, State.FROZEN) as (fleet, node):
            fleet.machine(node).plug(up=False)
            fleet.change(node, cut=True)

    def mend(self, name: str) -> None:
        """Plug the cable in again."""
        with self._node(name, State.RUNNING, State.FROZEN) as (fleet, node):
            fleet.machine(node).plug(up=True)
            fleet.change(node, cut=False)

    @contextmanager
    def _exclusive(self) -> Generator[None]:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with exclusive(self.directory / "lock", command_line()):
            yield

    @contextmanager
    def _node(self, name: str, *states: State) -> Generator[tuple[Fleet, LabNode]]:
        """A node that is in one of `states`, with the lab's lock held."""
        self._fleet(silent).record.node(name)
        with self._exclusive():
            fleet = self._fleet(silent)
            node = fleet.record.node(name)
            state = fleet.machine(node).state if node.adopted else State.UNFINISHED
            if state not in states:
                raise HardenError(f"{node.name} is {state}", "see: harden lab status")
            yield fleet, node

    def _fleet(self, report: Reporter) -> Fleet:
        record = records.load(self.directory)
        if record is None:
            raise HardenError("there is no lab", "make one with: harden lab up")
        return Fleet(self.directory, record, report)

    def _record_for(self, nodes: int | None, memory: int | None, choice: Choice, report: Reporter) -> LabRecord:
        """The record of the lab there is, or of a new one, ready to be cloned from its base."""
        found = records.load(self.directory)
        if found is not None and any(node.adopted for node in found.nodes):
            check_fits(found, nodes, memory, choice)
            return found
        for folder in (self.directory, base_cache_directory()):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            require_disk(folder)
        disk = image(report)
        accel = accelerator(choice, disk / "vmlinuz", report)
        shape = Shape(memory or DEFAULT_MEMORY, accel)
        snapshot = base(disk, shape, report)
        Keys(self.directory).make()
        link(snapshot, self.directory / "base")
        record = LabRecord(shape.memory, shape.accel, snapshot.name)
        records.store(self.directory, record)
        return record

    def _remove(self, report: Reporter) -> None:
        """Remove what the lab put there and nothing else: the folder may be one that the user chose."""
        report(f"removing {self.directory}")
        runtime = runtime_directory(self.directory)
        for pid_file in runtime.glob("*.pid"):
            processes.stop(pid_file)
        shutil.rmtree(runtime)
        for folder in (*self.directory.glob("base"), *self.directory.glob("node[1-9]")):
            shutil.rmtree(folder)
        for name in _FILES:
            (self.directory / name).unlink(missing_ok=True)
        if not any(self.directory.iterdir()):
            self.directory.rmdir()
