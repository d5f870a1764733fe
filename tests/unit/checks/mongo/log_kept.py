from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, options, parameters, with_mongod

FILE = {"destination": "file", "path": "/var/log/m.log"}

CASES = (
    passes("to standard output", with_mongod(), says="standard output"),
    passes("appended", with_mongod(cmd_line=options(systemLog=FILE | {"logAppend": True}))),
    passes("nothing said", with_mongod(cmd_line=options(systemLog=None))),
    fails("quiet", with_mongod(cmd_line=options(systemLog={"quiet": True})), says="quiet"),
    fails("overwritten", with_mongod(cmd_line=options(systemLog=FILE)), says="overwritten"),
    fails("thrown away", with_mongod(cmd_line=options(systemLog=FILE | {"path": "/dev/null"})), says="thrown away"),
    fails("quiet since", with_mongod(parameters=parameters(quiet=True)), says="while it runs"),
    unknown("whether it is quiet now was not told", with_mongod(parameters=parameters(quiet=None))),
    unknown("not read", with_mongod(cmd_line=missing())),
)
