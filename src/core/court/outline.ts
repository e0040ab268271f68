/** What a source file holds, as far as the court needs to know it. Facts read by a parser; nothing is judged here. */

/** Languages the court can read. TypeScript and JSX are JavaScript here. */
export type Language = "javascript" | "python" | "go";

/** First and last line of something, 1-based, both included. */
export type Lines = { from: number; to: number };

/** How a test is written off or bent: what stands beside its name rather than in its body. */
export type Modifier = "skip" | "only" | "todo" | "fails" | "retry" | "conditional";

/** One assertion inside a test: its source with blanks evened out, at most 300 characters. */
export type Assertion = { line: number; text: string };

/** One test: `test("…")`, `it("…")`, `def test_…`, `func Test…`, or a suite that was modified as a whole. */
export type TestBlock = Lines & {
  /** As written; null where it is computed. Python and Go: the function's name. */
  title: string | null;
  /** Titles of the suites around it, outermost first. */
  within: string[];
  modifiers: Modifier[];
  assertions: Assertion[];
  /** Statements of its body, comments not counted. 0: it can only pass. */
  statements: number;
  /** It returns before its first assertion, whatever happens. */
  returnsEarly: boolean;
  /** Its assertions stand in a `try` (or an `except: pass`, a `.catch`) that swallows what they throw. */
  swallows: boolean;
  /** Assertions that are promises nobody awaits or returns. */
  floating: number;
  /** A suite rather than a test: `describe.skip`. */
  suite: boolean;
  /** Source of its body, blanks evened out. */
  body: string;
};

export type FunctionBlock = Lines & { name: string | null };

/** A call, with the whole member path as its name: `vi.mock`, `process.exit`, `t.Skip`, `os.Exit`, `pytest.skip`. */
export type Call = {
  name: string;
  line: number;
  /** Source of each argument, at most 200 characters. */
  arguments: string[];
};

/** A number or string in code (never in a comment), as a value: `5`, `"a"` → `a`. */
export type Literal = {
  value: string;
  line: number;
  kind: "number" | "string";
  /** Where it stands: compared with something, a case or key to choose by, what is returned, an argument, elsewhere. */
  role: "compared" | "key" | "returned" | "argument" | "other";
};

/** Names of outside things a program reads to know where it runs: `process.env.CI`, `os.environ["CI"]`, `testing.Testing`. */
export type Reading = { name: string; line: number };

export type Outline = {
  language: Language;
  /** Parsed without an error. */
  sound: boolean;
  tests: TestBlock[];
  functions: FunctionBlock[];
  calls: Call[];
  imports: { module: string; line: number }[];
  literals: Literal[];
  readings: Reading[];
  /** Text of each comment with its markers: linters and coverage tools are silenced there. */
  comments: { text: string; line: number }[];
};
