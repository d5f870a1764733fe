"""What a person decides about a role, and what is made of it."""

import hashlib
from enum import StrEnum

from msgspec import Struct


class FileRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Files a role may use: an AppArmor path pattern and access letters (`r`, `rw`, `rwk`, `mr`, `ix`, …)."""

    path: str
    access: str
    why: str = ""


class NetworkRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Sockets a role may open, such as family `inet`, type `stream`."""

    family: str
    type: str = ""


class ArgumentRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Values with which a call may be made: argument index -> value after masking. Others are refused."""

    call: str
    values: dict[int, int]
    why: str = ""


class SeccompPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """System calls by name, beyond those that recordings show; the reason stands in the policy file's own comments."""

    syscalls: tuple[str, ...] = ()
    arguments: tuple[ArgumentRule, ...] = ()


class AppArmorPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What the role touches, beyond what recordings show. Everything else is refused."""

    files: tuple[FileRule, ...] = ()
    network: tuple[NetworkRule, ...] = ()
    capabilities: tuple[str, ...] = ()


class Egress(StrEnum):
    """Where a role may dial: only within the networks its container is on, or wherever they lead."""

    NONE = "none"
    ANY = "any"


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """`profiles/<role>/policy.yml`. The role is the folder's name."""

    description: str
    seccomp: SeccompPolicy = SeccompPolicy()
    apparmor: AppArmorPolicy = AppArmorPolicy()
    abstractions: tuple[str, ...] = ()
    """Shared parts by name, such as `libc`; `confine/abstractions.py` says what each allows."""
    no_new_privileges: bool = True
    egress: Egress = Egress.NONE


class SeccompAction(StrEnum):
    """OCI seccomp actions that profiles here use."""

    ALLOW = "SCMP_ACT_ALLOW"
    ERRNO = "SCMP_ACT_ERRNO"


class RoleProfile(Struct, frozen=True):
    """A role's two profiles as they are installed on nodes.

    Attributes:
        role: such as `nginx`.
        apparmor_name: the profile's name in the kernel, `harden-<role>`.
        apparmor: its text.
        seccomp: JSON text, valid for the engine and as OCI `linux.seccomp` alike.
        no_new_privileges: whether tasks get the bit.
        egress: whether tasks are kept within their networks.
    """

    role: str
    apparmor_name: str
    apparmor: str
    seccomp: str
    no_new_privileges: bool = True
    egress: Egress = Egress.NONE

    @property
    def hash(self) -> str:
        """Changes with anything that a task is confined by."""
        content = f"{self.apparmor}\0{self.seccomp}\0{self.no_new_privileges}\0{self.egress}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]
