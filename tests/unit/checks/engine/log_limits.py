from hardening.model.known import Known
from tests.unit.checks.cases import fails, inapplicable, passes, unknown
from tests.unit.facts_factory import cluster, engine, missing, node, on_engine, on_node, with_settings

FLAGS = Known(("dockerd", "--log-opt", "max-size=5m", "--log-opt", "max-file=2"))

CASES = (
    passes("bounded", on_node(), says="max-size 10m, max-file 3"),
    passes("bounded by flags", on_node(daemon_config=Known("{}"), daemon_argv=FLAGS), says="5m"),
    fails("no options", with_settings(log_opts=None), says="unlimited"),
    fails("minus one", with_settings(log_opts={"max-size": "-1"})),
    unknown("settings not read", on_node(daemon_config=missing())),
    inapplicable("a driver that rotates by itself", on_engine(logging_driver="local")),
    inapplicable("the journal", cluster(node(engine=Known(engine(logging_driver="journald"))))),
)
