"""Where checks come from: benchmark item numbers. The benchmarks' own text is not repeated anywhere here."""

from hardening.model.findings import Ref

DOCKER = "CIS Docker"
MONGODB = "CIS MongoDB 8"
NGINX = "CIS NGINX"
CVE = "CVE"

_DOCKER_RENUMBERED = 7
"""1.8.0 put a new item 2.7 in; later items of section 2 were one less before."""

SECTIONS = {
    DOCKER: {"1.1": 18, "1.2": 2, "2": 19, "3": 24, "4": 12, "5": 32, "6": 2, "7": 9},
    MONGODB: {"1": 1, "2": 3, "3": 5, "4": 5, "5": 4, "6": 3, "7": 2},
    NGINX: {
        "1.1": 1, "1.2": 2, "2.1": 1, "2.2": 3, "2.3": 3, "2.4": 4, "2.5": 4, "3": 4, "4.1": 12,
        "5.1": 2, "5.2": 5, "5.3": 3,
    },
}  # fmt: skip
"""Benchmark -> section -> number of its items, of the current versions."""

CURRENT = {DOCKER: "1.8.0", MONGODB: "2.0.0", NGINX: "3.0.0"}


def cis_docker(*items: str) -> tuple[Ref, ...]:
    """Items of the CIS Docker Benchmark 1.8.0, and what they were called in 1.7.0 and 1.6.0."""
    refs = []
    for item in items:
        refs.append(_ref(DOCKER, item))
        section, _, number = item.rpartition(".")
        if section != "2" or int(number) < _DOCKER_RENUMBERED:
            refs += [Ref(DOCKER, old, item) for old in ("1.7.0", "1.6.0")]
        elif int(number) > _DOCKER_RENUMBERED:
            refs += [Ref(DOCKER, old, f"2.{int(number) - 1}") for old in ("1.7.0", "1.6.0")]
    return tuple(refs)


def cis_mongodb(*items: str) -> tuple[Ref, ...]:
    """Items of the CIS MongoDB 8 Benchmark 2.0.0."""
    return tuple(_ref(MONGODB, item) for item in items)


def cis_nginx(*items: str) -> tuple[Ref, ...]:
    """Items of the CIS NGINX Benchmark 3.0.0."""
    return tuple(_ref(NGINX, item) for item in items)


def cve(*names: str) -> tuple[Ref, ...]:
    """Published vulnerabilities, such as `CVE-2025-52881`."""
    return tuple(Ref(CVE, "", name) for name in names)


def items(benchmark: str) -> tuple[str, ...]:
    """Every item number of a benchmark's current version, in order."""
    return tuple(f"{section}.{n}" for section, count in SECTIONS[benchmark].items() for n in range(1, count + 1))


def _ref(benchmark: str, item: str) -> Ref:
    section, _, number = item.rpartition(".")
    if not 1 <= int(number) <= SECTIONS[benchmark].get(section, 0):
        raise ValueError(f"{benchmark} {CURRENT[benchmark]} has no item {item}")
    return Ref(benchmark, CURRENT[benchmark], item)
