"""Where commands get their project and machines from."""

from pathlib import Path

from hardening.errors import HardenError
from hardening.model.inventory import Inventory
from hardening.model.project import Project

LAB = "lab"
LOCAL = "local"
LAB_HEARTBEAT_SECONDS = 60
LAB_VARIABLES = {"economical": True}
"""What a stack file may want to know of the lab: its machines are emulated and slow."""


def inventory(name: str, root: Path) -> Inventory:
    """The machines of `--inventory`: `lab`, `local`, a file, or the project's own when the name is empty."""
    from hardening import documents, project

    if name == LAB:
        from hardening.lab import Lab

        return Lab().inventory()
    if name and name != LOCAL:
        return project.read_inventory(Path(name))
    if name == LOCAL and not (root / project.PROJECT_FILE).is_file():
        return project.local_inventory()
    own = root / documents.load(root / project.PROJECT_FILE, project.ProjectFile).inventory
    if name == LOCAL:
        return project.local_inventory(project.read_inventory(own) if own.is_file() else None)
    return project.read_inventory(own)


def images_lock(name: str, root: Path) -> Path:
    """The file that says where the images of an inventory are."""
    if name == LAB:
        from hardening.lab import Lab

        return Lab().directory / "images.lock"
    from hardening import project

    return root / project.LOCK_FILE


def project(name: str, root: Path) -> Project:
    """The project in a folder, on the machines of `--inventory`."""
    from hardening import project as projects

    if not (root / projects.PROJECT_FILE).is_file():
        raise HardenError(f"{root}: has no {projects.PROJECT_FILE}", "make a project folder: harden init DIR")
    patient = LAB_VARIABLES if name == LAB else {}
    loaded = projects.load(root, inventory(name, root), images_lock(name, root), patient)
    return _patient(loaded) if name == LAB else loaded


def _patient(project: Project) -> Project:
    """The same for emulated machines, which may not answer for many seconds while they are well.

    They keep no host names: the project's own would lead to machines that nobody can reach.
    """
    import msgspec

    swarm = msgspec.structs.replace(project.swarm, heartbeat_seconds=LAB_HEARTBEAT_SECONDS)
    return msgspec.structs.replace(project, swarm=swarm, dns=None)


def services(name: str, root: Path) -> dict[str, str]:
    """Name in the swarm -> profile, of every service of the project in a folder."""
    stacks = project(name, root).stacks
    return {service.name: service.profile for stack in stacks for service in stack.services.values()}


def unlock_key_file(name: str) -> Path | None:
    """Where the lab keeps its swarm's unlock key; other clusters keep theirs where `--unlock-key-file` says."""
    if name != LAB:
        return None
    from hardening.lab import Lab

    return Lab().directory / "unlock.key"
