from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import GONE, cluster, waived

CASES = (
    passes("it meets a finding", cluster(waivers=(waived(),)), says="meets 1 finding "),
    passes("and a gap elsewhere changes nothing", cluster(waivers=(waived(unseen="node2: timed out"),))),
    fails("it meets nothing", cluster(waivers=(waived(), waived(met=0))), says="meets no finding"),
    unknown(
        "what it may meet was not seen", cluster(waivers=(waived(met=0, unseen="node2: timed out"),)), says="node2"
    ),
    inapplicable("its check was left out", cluster(waivers=(waived(asked=False, met=0),))),
    inapplicable("it has expired", cluster(waivers=(waived(expired=True, met=0),))),
    inapplicable("there are none", cluster(waivers=())),
    unknown("they were not told", GONE),
)
