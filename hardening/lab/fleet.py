"""The machines of one lab and the ways each of them comes to run."""

import threading
from pathlib import Path

import msgspec

from hardening.hosts.loopback import free_port, is_free

from . import records
from .adoption import REGISTRY_NODE, Keys, adopt, hosts
from .agent import Agent
from .base import overlay
from .certificates import Issued
from .machine import Machine, MemoryRefusedError, State
from .pace import patience
from .paths import runtime_directory
from .qemu import Forwards, Shape, Wiring
from .records import LabNode, LabRecord
from .reporting import Reporter
from .switch import Switch

_SSH_PORTS = 2200
_HTTP_PORTS = 8080
_HTTPS_PORTS = 8440
"""Preferred loopback ports: these plus the node's number."""


class Fleet:
    """What is behind a record. Changes of the record are written at once.

    Args:
        directory: the lab's.
        record: what is in it.
        report: told what happens.
    """

    def __init__(self, directory: Path, record: LabRecord, report: Reporter) -> None:
        self.directory = directory
        self.record = record
        self.base = directory / "base"
        self.keys = Keys(directory)
        self.runtime = runtime_directory(directory)
        self.switch = Switch(self.runtime)
        self._report = report
        self._registry: Issued | None = None
        self._writing = threading.Lock()

    def machine(self, node: LabNode) -> Machine:
        """The virtual machine of a node."""
        shape = Shape(self.record.memory, self.record.accel)
        folder = self.directory / node.name
        return Machine(node.name, folder=folder, boot=self.base, runtime=self.runtime, shape=shape)

    def add(self, count: int) -> None:
        """Let the lab have `count` nodes, and forget what never became one."""
        for number in range(1, count + 1):
            old = next((node for node in self.record.nodes if node.number == number), None)
            if old is None or not old.adopted:
                self._put(LabNode(number, free_port(_SSH_PORTS + number), free_port(_HTTP_PORTS + number)))
        first = self.record.nodes[0]
        if not first.adopted:  # the registry's authority goes with its node, and everybody trusts it
            for node in self.record.nodes:
                self.change(node, host_key="")
            self._registry = self.keys.authority(self.record)

    def change(self, node: LabNode, **fields: object) -> LabNode:
        """Remember a node's change; the node as it is now. Several threads may do so."""
        with self._writing:
            changed = msgspec.structs.replace(self.record.node(node.name), **fields)
            self._put(changed)
        return changed

    def _put(self, node: LabNode) -> None:
        self.record = self.record.with_node(node)
        records.store(self.directory, self.record)
        if node.adopted:
            self.keys.trust(self.record)

    def begin(self, node: LabNode) -> None:
        """Bring a node that does not run to the point where `finish` lets it go.

        A new node begins as a clone of the base, a saved one at its saved moment, another one from its disk.
        """
        machine = self.machine(node)
        if not node.adopted:
            machine.power_off()
            machine.files.disk.parent.mkdir(mode=0o700, exist_ok=True)
            machine.memory.unlink(missing_ok=True)
            overlay(self.base / "booted.qcow2", machine.files.disk)
            self._start(node, memory=self.base / "memory")
        elif machine.state is State.SAVED:
            try:
                self._start(node, memory=machine.memory)
            except MemoryRefusedError as error:
                self._report(f"{error.message}; starting from its disk instead")
                self._start(node)
        elif machine.state is State.OFF:
            self._start(node)

    def finish(self, node: LabNode, before: State) -> None:
        """Let a node run and wait until its engine answers.

        Args:
            node: begun, or frozen.
            before: its state before it was begun.
        """
        machine = self.machine(node)
        machine.go()
        self.switch.plug(node.number, up=True)
        if not node.adopted:
            registry = self._registry if node.number == REGISTRY_NODE else None
            self.change(node, host_key=adopt(machine, node, self.record, self.keys, registry))
            return
        agent = Agent(machine)
        agent.wait(patience(400))
        agent.set_clock()
        if before is State.OFF:
            agent.run(("/usr/bin/systemctl", "start", "ssh.service", "docker.service"), timeout=patience(400))

    def tell_hosts(self, node: LabNode) -> None:
        """Let a running node know every node's name."""
        Agent(self.machine(node)).identity({"task": "hosts", "hosts": hosts(self.record)}, timeout=patience(60))

    def _start(self, node: LabNode, memory: Path | None = None) -> None:
        node = self._with_free_ports(node)
        wiring = Wiring(
            node.mac, self.switch.socket(node.number), Forwards(node.ssh_port, node.http_port, node.https_port)
        )
        self.machine(node).start(wiring, memory=memory, cut=node.cut)

    def _with_free_ports(self, node: LabNode) -> LabNode:
        """Somebody else may listen on a port that was free when the node last ran."""
        ssh = node.ssh_port if is_free(node.ssh_port) else free_port(_SSH_PORTS + node.number)
        http = node.http_port if is_free(node.http_port) else free_port(_HTTP_PORTS + node.number)
        https = (
            node.https_port if node.https_port and is_free(node.https_port) else free_port(_HTTPS_PORTS + node.number)
        )
        return self.change(node, ssh_port=ssh, http_port=http, https_port=https)
