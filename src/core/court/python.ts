/** Python that makes Python's runners shuffle and report. Needs nothing but the standard library. Text only. */

/** A pytest plugin: file by file in a random order, and the tests of each file in a random order. */
export function shufflingPlugin(seed: number): string {
  return `import random

def pytest_collection_modifyitems(items):
    random.Random(${seed}).shuffle(items)
    place = {}
    for item in items:
        place.setdefault(str(item.fspath), len(place))
    items.sort(key=lambda item: place[str(item.fspath)])
`;
}

/** To be called in place of the module \`unittest\`: takes its arguments and leaves a JUnit report. */
export const REPORTING_UNITTEST = `import inspect, os, sys, unittest
from xml.sax.saxutils import quoteattr

class Result(unittest.TextTestResult):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.rows = []

    def note(self, test, kind="", message=""):
        case = getattr(test, "test_case", test)
        broken = type(case).__module__.startswith("unittest.") and not isinstance(case, unittest.FunctionTestCase)
        path = "" if broken else os.path.abspath(inspect.getfile(type(case)))
        if broken:
            module = str(getattr(case, "_testMethodName", "")).replace(".", os.sep) + ".py"
            given = [name for name in sys.argv[1:] if name.endswith(module)]
            places = given + [module] + [os.path.join(name, module) for name in sys.argv[1:]]
            path = next((os.path.abspath(place) for place in places if os.path.isfile(place)), "")
        suite = "" if broken else type(case).__qualname__
        name = getattr(case, "_testMethodName", None) or test.id()
        if test is not case:
            name += " " + test._subDescription()
        fields = [("file", path), ("classname", suite), ("name", name)]
        row = "<testcase " + " ".join(key + "=" + quoteattr(value) for key, value in fields if value)
        kind = "error" if broken and kind == "failure" else kind
        self.rows.append(row + (f"><{kind} message={quoteattr(message)}/></testcase>" if kind else "/>"))

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.note(test, "skipped", "expected to fail")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "failure", "unexpected success")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.note(test, "failure", self._exc_info_to_string(error, test))

    def addError(self, test, error):
        super().addError(test, error)
        self.note(test, "failure", self._exc_info_to_string(error, test))

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            for one in (subtest, test):
                self.note(one, "failure", self._exc_info_to_string(error, test))

    def stopTestRun(self):
        super().stopTestRun()
        with open(os.environ["DAYBREAK_REPORT"], "w", encoding="utf-8", errors="replace") as report:
            report.write('<testsuite name="unittest">' + "".join(self.rows) + "</testsuite>")

unittest.main(module=None, argv=["unittest"] + sys.argv[1:], testRunner=unittest.TextTestRunner(resultclass=Result))
`;
