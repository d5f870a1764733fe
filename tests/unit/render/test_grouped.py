"""A report as people read it."""

from hardening.checks.references import cis_docker, cis_mongodb, cve
from hardening.model.findings import Status
from hardening.render.grouped import STATUSES, grouped, references
from tests.unit.render import reports

REPORT = reports.ordinary()


def test_every_check_stands_once_by_its_worst_answer() -> None:
    groups = grouped(REPORT)
    assert len(groups) == len({group.check.id for group in groups}) == len(REPORT.checks)
    for group in groups:
        assert group.status is min((outcome.status for outcome in group.outcomes), key=STATUSES.index)


def test_the_worst_come_first() -> None:
    order = [(STATUSES.index(group.status), -group.check.severity.weight) for group in grouped(REPORT)]
    assert order == sorted(order)
    assert grouped(REPORT)[0].status is Status.FAIL


def test_references_tell_old_numbers_only_where_they_differ() -> None:
    assert references(cis_docker("2.10")) == ("CIS Docker 1.8.0: 2.10 (2.9 in 1.7.0, 1.6.0)",)
    assert references(cis_docker("5.4", "5.5")) == ("CIS Docker 1.8.0: 5.4, 5.5",)
    assert references((*cis_mongodb("2.1"), *cve("CVE-2025-52881"))) == ("CIS MongoDB 8 2.0.0: 2.1", "CVE-2025-52881")
    assert references(()) == ()
