"""Images that containers run, each once, whatever the number of nodes that hold it."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from hardening.model.engine import Image
from hardening.model.facts import EngineFacts, Facts, ImageBuild, ImagePrograms, NodeFacts
from hardening.model.findings import Outcome
from hardening.model.known import Known, Unavailable

from .subjects import Evaluate, all_read, hidden, outcomes
from .verdict import Answer, not_applicable

T = TypeVar("T")
DEFAULT_REGISTRY = "docker.io"


class UsedImage(Struct, frozen=True):
    """An image that some container runs.

    Attributes:
        name: as containers call it, without its digest.
        identity: the engine's id of it.
        engines: those that run it, by node.
    """

    name: str
    identity: str
    engines: dict[str, EngineFacts]

    @property
    def record(self) -> Known[Image] | Unavailable:
        """What an engine lists of it."""
        return self._first(
            lambda engine: engine.images if isinstance(engine.images, Unavailable) else self._listed(engine.images)
        )

    @property
    def build(self) -> Known[ImageBuild] | Unavailable:
        """How it was built."""
        return self._first(lambda engine: engine.builds.get(self.identity, _NOT_ASKED))

    @property
    def programs(self) -> Known[ImagePrograms] | Unavailable:
        """What it holds."""
        return self._first(lambda engine: engine.programs.get(self.identity, _NOT_ASKED))

    @property
    def registry(self) -> str:
        """Where it comes from, by the rule of its name: a first part with a dot or a port, or the default one."""
        first, slash, _ = self.name.partition("/")
        return first if slash and ("." in first or ":" in first or first == "localhost") else DEFAULT_REGISTRY

    def _listed(self, images: Known[tuple[Image, ...]]) -> Known[Image] | Unavailable:
        found = next((image for image in images.value if image.id == self.identity), None)
        return Known(found) if found else Unavailable(f"no engine lists the image of {self.name}")

    def _first(self, read: Callable[[EngineFacts], Known[T] | Unavailable]) -> Known[T] | Unavailable:
        """A fact as the first engine that has it tells it: the id is the content's, so all would tell the same."""
        gap: Unavailable = _NOT_ASKED
        for engine in self.engines.values():
            match read(engine):
                case Known() as found:
                    return found
                case Unavailable() as gap:
                    continue
        return gap


_NOT_ASKED = Unavailable("was not asked")


def per_image(judge: Callable[[Facts, UsedImage], Answer]) -> Evaluate:
    """Ask about every image that a container runs."""

    def evaluate(facts: Facts) -> Iterator[Outcome]:
        yield from hidden(facts)
        images = used_images(facts)
        if not images and all_read(facts):
            yield not_applicable("no container runs").about("cluster")
        names = [image.name for image in images]
        for image in images:
            told = f" {image.identity.removeprefix('sha256:')[:12]}" if names.count(image.name) > 1 else ""
            yield from outcomes(f"image {image.name}{told}", "", judge, facts, image)

    return evaluate


def used_images(facts: Facts) -> tuple[UsedImage, ...]:
    """Every image that a container runs, by name."""
    found: dict[tuple[str, str], dict[str, EngineFacts]] = {}
    for name, node in facts.nodes.items():
        match node:
            case Known(value=NodeFacts(engine=Known(value=EngineFacts(containers=Known(value=containers)) as engine))):
                for container in containers:
                    called = container.inspect.config.image.partition("@")[0]
                    found.setdefault((called, container.inspect.image), {})[name] = engine
            case _:
                continue
    return tuple(UsedImage(name, identity, engines) for (name, identity), engines in sorted(found.items(), key=_name))


def _name(item: tuple[tuple[str, str], object]) -> tuple[str, str]:
    return item[0]
