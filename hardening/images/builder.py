"""Builds images without an engine and without root: the files by recipe, the rest as the Dockerfile says."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from hardening.errors import HardenError

from . import context, debian, dockerfile, programs
from .contents import refuse
from .dockerfile import Copy, FinalStage
from .image import Blob, BuiltImage, Progress, Report
from .layout import assemble
from .packages import PackagePool
from .recipe import Commons, Keep, Recipe, load_commons, load_keep, load_recipe
from .recipe import roles as all_roles
from .selection import select
from .store import BlobStore
from .tree import Tree

STAGE = "rootfs"
"""Stage of every Dockerfile that collects the files …"""
STAGE_FOLDER = "/rootfs"
"""… and where it leaves them."""

_AUTHORS = ("elf", "packages", "programs", "selection", "store", "tree")
"""Modules that decide about a layer's bytes; their own text is part of every cache key."""


class _Rootfs(Struct, frozen=True):
    """Cached answer of a recipe."""

    layers: tuple[Blob, ...]


def build(
    roles: Iterable[str], project_root: Path, cache: Path, report: Report, *, refresh: bool = False
) -> dict[str, BuiltImage]:
    """Build images of roles from Debian packages, PyPI and npm.

    Equal inputs (Dockerfile, recipe, context files, package versions) give equal digests. Package versions stay what
    the first build got until `refresh`.

    Args:
        roles: folders of `stack/images`; empty for all.
        project_root: folder that has `stack/`.
        cache: folder for downloads, layers and results; another build waits its turn there.
        report: told how it proceeds.
        refresh: ask the Debian archive for newer versions.

    Raises:
        HardenError: a recipe or Dockerfile is not valid, or a program is missing.
        FailedError: a download failed, or an image would contain what none may.
    """
    folder = project_root / "stack"
    wanted = tuple(roles) or all_roles(folder / "images")
    with _alone(cache, report), ExitStack() as stack:
        builder = _Builder(folder, wanted, cache, report, stack)
        builder.fetch(refresh=refresh)
        images = {role: builder.build(role) for role in wanted}
        builder.store.record(list(images.values()))
    return images


class _Builder:
    def __init__(self, folder: Path, wanted: tuple[str, ...], cache: Path, report: Report, stack: ExitStack) -> None:
        self.store = BlobStore(cache / "layout")
        self._context, self._images, self._cache = folder, folder / "images", cache
        self._report, self._stack = report, stack
        self._commons: Commons = load_commons(self._images)
        # All roles' packages are resolved together: one version of everything in all images.
        described = [role for role in all_roles(self._images) if (self._images / role / "debian.yml").is_file()]
        self._recipes = {role: load_recipe(self._images, role, self._commons) for role in {*described, *wanted}}
        self._debs: tuple[Path, ...] = ()
        self._pool: PackagePool | None = None

    def fetch(self, *, refresh: bool) -> None:
        names = [name for layer in self._commons.layers.values() for name in layer.packages]
        names += [name for recipe in self._recipes.values() for name in recipe.packages]
        self._debs = debian.fetch(self._commons.archive, names, self._cache, refresh=refresh, say=self._sayer(""))

    def build(self, role: str) -> BuiltImage:
        started = time.monotonic()
        recipe = self._recipes[role]
        final = dockerfile.read(self._images / role / "Dockerfile")
        rootfs, cached = self._rootfs(role, recipe)
        layers, rest = self._carry_out(final, rootfs)
        refuse(role, rest)
        if len(rest):
            layers = (*layers, self.store.put_layer(rest))
        image = assemble(self.store, role, final, layers, self._commons.archive.architecture)
        return msgspec.structs.replace(image, cached=cached, seconds=time.monotonic() - started)

    def _rootfs(self, role: str, recipe: Recipe) -> tuple[_Rootfs, bool]:
        """The layers that stage `rootfs` stands for, from the cache when its inputs are the same."""
        record = self._cache / "rootfs" / f"{self._key(role, recipe)}.json"
        if record.is_file():
            rootfs = msgspec.json.decode(record.read_bytes(), type=_Rootfs)
            if all(self.store.has(layer) for layer in rootfs.layers):
                return rootfs, True
        rootfs = _Rootfs(self._make_rootfs(role, recipe))
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_bytes(msgspec.json.encode(rootfs))
        return rootfs, False

    def _make_rootfs(self, role: str, recipe: Recipe) -> tuple[Blob, ...]:
        say = self._sayer(role)
        gathered = programs.gather(recipe, self._context, self._cache, say)
        say("collecting the files it needs")
        below, layers = Tree(), []
        for name in recipe.layers:
            shared = self._commons.layers[name]
            tree = self._select(Tree(), Keep(shared.keep, (), ()), f"{self._images / 'debian.yml'} ({name})")
            layers.append(tree.without(below))
            below.update(tree)
        keep_file = self._images / role / "keep"
        own = self._select(gathered, load_keep(keep_file), str(keep_file))
        own = own.without(below)
        if recipe.node_modules:
            # Above the programs, so that another version of a library does not send the big programs again.
            modules = own.rebased(recipe.node_modules.into, recipe.node_modules.into)
            layers += [own.without(modules), modules]
        else:
            layers.append(own)
        for layer in layers:
            refuse(role, layer)
        return tuple(self.store.put_layer(layer) for layer in layers if len(layer))

    def _select(self, gathered: Tree, keep: Keep, where: str) -> Tree:
        if self._pool is None:
            self._pool = self._stack.enter_context(PackagePool(self._debs))
        return select(self._pool, gathered, keep, architecture=self._commons.archive.architecture, where=where)

    def _carry_out(self, final: FinalStage, rootfs: _Rootfs) -> tuple[tuple[Blob, ...], Tree]:
        """The rootfs layers where they are copied whole, and all other copies together as one tree."""
        layers: tuple[Blob, ...] = ()
        rest = Tree()
        for copy in final.copies:
            if copy.stage not in {"", STAGE}:
                raise HardenError(f"{copy.place}: the last stage may copy from `{STAGE}` or the context")
            if copy.stage and copy.owner is None and (copy.sources, copy.target) == ((STAGE_FOLDER + "/",), "/"):
                layers = rootfs.layers
            elif copy.stage:
                rest.update(self._from_rootfs(copy, rootfs))
            else:
                rest.update(context.copied(copy, self._context))
        return layers, rest

    def _from_rootfs(self, copy: Copy, rootfs: _Rootfs) -> Tree:
        copied = Tree()
        for source in copy.sources:
            inside = source.removeprefix(STAGE_FOLDER)
            for layer in rootfs.layers:
                copied.update(self.store.read_layer(layer, inside).rebased(inside, copy.target, copy.owner))
        if not len(copied):
            raise HardenError(f"{copy.place}: stage `{STAGE}` has nothing at {' '.join(copy.sources)}")
        return copied

    def _key(self, role: str, recipe: Recipe) -> str:
        texts = [(self._images / role / "keep").read_bytes()]
        if recipe.node_modules:
            project = self._context / recipe.node_modules.project
            texts += [(project / name).read_bytes() for name in ("package.json", "package-lock.json")]
        layers = [self._commons.layers[name] for name in recipe.layers]
        debs = [deb.name for deb in self._debs]
        authors = [(Path(__file__).parent / f"{name}.py").read_bytes() for name in _AUTHORS]
        inputs = msgspec.json.encode((authors, recipe, layers, self._commons.archive, debs, texts))
        return hashlib.sha256(inputs).hexdigest()

    def _sayer(self, role: str) -> Callable[[str], None]:
        return lambda message: self._report(Progress(role, message))


@contextmanager
def _alone(cache: Path, report: Report) -> Generator[None]:
    """One build at a time in a cache folder."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(Progress("", "waiting for another build to end"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
