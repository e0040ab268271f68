/** What a runner prints of a failure, cut down to one line, and whether that line means "not there" rather than "wrong". */

/** Longer lines are cut. */
const LONGEST = 300;

/** Text beyond this many characters is not looked at. */
const MOST_READ = 20_000;

const COLOURS = /\p{Cc}\[[\d;]*m/gu;
const RAISED =
  /^(?:E\s+)?((?:[\w.]*(?:Error|Exception|Exit|Failure|Interrupt)\b|AssertionError|assert\b).*)$/;

/** The line of a failure that says why: of a Python traceback what was raised, else the first. */
export function messageOf(text: string): string {
  const lines = text
    .slice(0, MOST_READ)
    .replace(COLOURS, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:●|FAIL\b)/.test(line));
  const isTraceback = lines.some((line) => /^Traceback\b|^E\s{2,}\S/.test(line));
  const raised = isTraceback ? lines.flatMap((line) => RAISED.exec(line)?.[1] ?? []).at(-1) : undefined;
  return (raised ?? lines[0] ?? "").slice(0, LONGEST);
}

/** What stands before the words of the failure itself. */
const LEAD = String.raw`^(?:Uncaught |Exception during run: |Error: |\[\w+\]:? )*`;

const MISSING = [
  /\bCannot find (?:module|package|name)\b/i,
  /\bFailed to (?:resolve|load|parse|transform)\b|\bTransform failed\b|\bPARSE_ERROR\b/i,
  /\bdoes not provide an export named\b|\bNo (?:known )?export named\b|\bERR_(?:MODULE_NOT_FOUND|PACKAGE_PATH_NOT_EXPORTED)\b/,
  /\bis not a (?:function|constructor)\b/,
  new RegExp(String.raw`${LEAD}(?:ReferenceError: )?[\w$.]+ is not defined$`),
  new RegExp(
    `${LEAD}(?:SyntaxError|ReferenceError|ModuleNotFoundError|ImportError|NameError|IndentationError|TabError)\\b`,
  ),
  /\berror TS\d+:|\bTS\d+: /,
  /^AttributeError: (?:partially initialized )?module .* has no attribute\b/,
  /^AttributeError: (?:type object '\w+'|'(?!NoneType')[A-Z]\w*' object) has no attribute\b/,
  /\b(?:fixture '.*' not found|No module named)\b/,
];

/** A `SyntaxError` of a parser the program calls is about data, not about code. */
const OF_DATA = /\bJSON\b|invalid regular expression/i;

/** Whether a module, export, name or attribute is not there, or the code cannot be compiled. */
export function saysMissing(message: string): boolean {
  return !OF_DATA.test(message) && MISSING.some((pattern) => pattern.test(message));
}
