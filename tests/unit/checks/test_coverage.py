"""Every item of every benchmark is some check's, under its present number and its former ones."""

import pytest

from hardening import checks
from hardening.checks import references
from tests.unit.checks import benchmark_sections as sections

SECTIONS = {
    ("CIS Docker", "1.8.0"): sections.DOCKER_1_8_0,
    ("CIS Docker", "1.7.0"): sections.DOCKER_1_6_0,
    ("CIS Docker", "1.6.0"): sections.DOCKER_1_6_0,
    ("CIS MongoDB 8", "2.0.0"): sections.MONGODB_2_0_0,
    ("CIS NGINX", "3.0.0"): sections.NGINX_3_0_0,
}


@pytest.mark.parametrize(("benchmark", "version"), SECTIONS)
def test_every_item_of_a_benchmark_is_a_check(benchmark: str, version: str) -> None:
    judged = {
        ref.section
        for check in checks.load()
        for ref in check.refs
        if (ref.benchmark, ref.version) == (benchmark, version)
    }
    assert sorted(set(SECTIONS[benchmark, version]) - judged) == []
    assert judged <= set(SECTIONS[benchmark, version])


def test_the_lists_are_as_long_as_their_publishers_say() -> None:
    assert [len(items) for items in SECTIONS.values()] == [118, 117, 117, 23, 44]
    assert references.items(references.DOCKER) == sections.DOCKER_1_8_0
    assert references.items(references.MONGODB) == sections.MONGODB_2_0_0
    assert references.items(references.NGINX) == sections.NGINX_3_0_0


def test_the_catalogue_s_own_account_says_the_same() -> None:
    assert [missing for _, missing in checks.coverage().values()] == [(), (), ()]
