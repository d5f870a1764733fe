"""What a check module is written with, in one import."""

from hardening.model.findings import Area, Check, Outcome, Ref, Severity, Status
from hardening.model.known import Known, Unavailable

from .places import Place, per_container
from .references import cis_docker, cis_mongodb, cis_nginx, cve
from .subjects import (
    Evaluate,
    equal_on_nodes,
    of_swarm,
    per_engine,
    per_member,
    per_node,
    per_replica_set,
    per_server,
    per_service,
)
from .verdict import (
    Answer,
    Verdict,
    all_of,
    failed,
    given,
    manual,
    not_applicable,
    passed,
    unknown,
)

__all__ = [
    "Answer",
    "Area",
    "Check",
    "Evaluate",
    "Known",
    "Outcome",
    "Place",
    "Ref",
    "Severity",
    "Status",
    "Unavailable",
    "Verdict",
    "all_of",
    "cis_docker",
    "cis_mongodb",
    "cis_nginx",
    "cve",
    "equal_on_nodes",
    "failed",
    "given",
    "manual",
    "not_applicable",
    "of_swarm",
    "passed",
    "per_container",
    "per_engine",
    "per_member",
    "per_node",
    "per_replica_set",
    "per_server",
    "per_service",
    "unknown",
]
