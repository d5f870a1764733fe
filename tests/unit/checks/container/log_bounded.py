from hardening.model.engine import LogConfig, LogOptions
from hardening.model.facts import Facts
from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import GONE, inspect, with_container


def logging(driver: str, most: str = "") -> Facts:
    return with_container(inspect(log_config=LogConfig(driver, LogOptions(most))))


CASES = (
    passes("bounded", with_container(), says="max-size 10m"),
    passes("a driver that rotates by itself", logging("local")),
    passes("a driver that sends it away", logging("syslog")),
    fails("without end", logging("json-file"), says="unlimited"),
    fails("without end, on purpose", logging("json-file", "-1")),
    fails("without any option", with_container(inspect(log_config=LogConfig("json-file")))),
    fails("none", logging("none"), says="thrown away"),
    unknown("not told", with_container(inspect(log_config=None))),
    unknown("the node is gone", GONE),
)
