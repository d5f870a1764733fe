from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, cluster, waived

CASES = (
    passes("its day is to come", cluster(waivers=(waived(),)), says="holds until 2027-01-31"),
    fails("its day is over", cluster(waivers=(waived(), waived(expired=True))), says="waivers.yml:1, owner ops"),
    inapplicable("there are none", cluster(waivers=())),
    unknown("they were not told", GONE),
)
