from tests.unit.checks.cases import fails, passes, unknown
from tests.unit.facts_factory import missing, options, with_mongod

FILE = {"destination": "file", "path": "/var/log/m.log"}

CASES = (
    passes("to standard output", with_mongod(), says="standard output"),
    passes("appended", with_mongod(cmd_line=options(systemLog=FILE | {"logAppend": True}))),
    passes("nothing said", with_mongod(cmd_line=options(systemLog=None))),
    fails("quiet", with_mongod(cmd_line=options(systemLog={"quiet": True})), says="quiet"),
    fails("overwritten", with_mongod(cmd_line=options(systemLog=FILE)), says="overwritten"),
    unknown("not read", with_mongod(cmd_line=missing())),
)
