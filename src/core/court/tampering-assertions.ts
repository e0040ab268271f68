/** Reads one assertion as data: what it looks at, what it expects and how much it says. Never judges a test. */

import type { Assertion, Language } from "#core/court/outline.ts";
import { closing, spelled, split, type Token, tokensOf } from "#core/court/tampering-text.ts";

/**
 * How much an assertion says. 0: it can only pass. 1: something is there, or nothing was thrown. 2: a part, a pattern,
 * a bound. 3: exactly this.
 */
export type Strength = 0 | 1 | 2 | 3;

export type Claim = {
  line: number;
  /** In an even spelling: equal claims are the same claim. */
  text: string;
  subject: string;
  expected: string | null;
  /** Numbers and strings of what is expected. */
  literals: string[];
  /** Numbers and strings that go into the subject's calls. */
  inputs: string[];
  matcher: string;
  strength: Strength;
};

const EXACT =
  /^(?:tobe|toequal|tostrictequal|equals?|eql|eqs?|is|same|deepequals?|strictequals?|deepstrictequals?|strictsame|deeplooseequal|looseequals?|isequal|assert(?:dict|list|set|tuple|sequence|count|multiline)?equals?|tohavelength|lengthof|haslength|len|tobenull|tobeundefined|tobenan|assertisn?o?n?e?|assertraises|tohavebeen\w*calledwith|tohavebeen\w*calledtimes|tohavebeencalledonce\w*|assert_called\w*_with|assert_called_once\w*|true|false|null|undefined|nil|empty|noerror|equalvalues|equalerror|exactly|jsoneq|elementsmatch|tomatch\w*snapshot|snapshot|astatus|status|expect)$/;
const PRESENCE =
  /^(?:tobedefined|tobetruthy|tobefalsy|exists?|assertisnotnone|notnull|notnil|notempty|tobeinstanceof|tobetypeof|isdefined|defined|assertisinstance|isinstance|instanceof|isnotnull|anything|function|a|an|tohavebeencalled|called)$/;
const TRUTH = /^(?:ok|assert|asserttrue|truthy|istrue|true|isok)$/;
const UNTRUTH = /^(?:notok|assertfalse|falsy|isfalse|false)$/;
const COMPARISON = /^(?:===?|!==?|<=?|>=?|in|is|instanceof)$/;
/** Matchers whose further arguments say how exact they are. */
const TOLERANT = /close|almost|delta|epsilon|within|approx/i;
const ANY = /\b(?:expect \. any(?:thing)?|ANY|Anything)\b/;

export function claimOf({ line, text }: Assertion, language: Language): Claim {
  const tokens = trimmed(tokensOf(text, language));
  const claim = read(tokens, language);
  const whole = { ...claim, line, text: spelled(tokens) };
  const settled = canOnlyPass(whole) ? { ...whole, strength: 0 as const } : whole;
  return ANY.test(settled.expected ?? "") ? { ...settled, strength: least(settled.strength, 1) } : settled;
}

type Reading = Omit<Claim, "line" | "text">;

function trimmed(tokens: readonly Token[]): Token[] {
  const first = tokens.findIndex(({ text }) => !/^(?:await|return|yield|;)$/.test(text));
  return tokens.slice(Math.max(first, 0));
}

function read(tokens: readonly Token[], language: Language): Reading {
  const [first] = tokens;
  if (language === "python" && first?.text === "assert") return truth(split(tokens.slice(1))[0] ?? []);
  if (language === "go" && first?.text === "if") return failing(condition(tokens));
  if (first?.text === "expect") return expectation(tokens);
  return called(tokens, language);
}

/** `expect(x).not.toBe(5)`, `expect(x).to.be.true`. */
function expectation(tokens: readonly Token[]): Reading {
  const open = tokens.findIndex(({ text }) => text === "(");
  const close = closing(tokens, open);
  const subject = tokens.slice(open + 1, close);
  const path = matcherPath(tokens.slice(close + 1));
  const negated = path.names.includes("not");
  const name = path.names.at(-1) ?? "";
  const expected = TOLERANT.test(name) && path.inside.length > 0 ? path.inside : split(path.inside)[0];
  const inner =
    /^tobe(?:truthy)?$|^true$/i.test(name) && /^(?:true)?$/.test(spelled(expected ?? [])) && !negated;
  if (inner && compares(subject)) return truth(subject);
  const bare = expected === undefined;
  const strength = name === "" ? 0 : strengthOf(name.toLowerCase(), { negated, bare });
  const typed = subject[0]?.text === "typeof" ? least(strength, 1) : strength;
  return reading(subject, expected ?? null, { matcher: `${negated ? "not " : ""}${name}`, strength: typed });
}

/** The names after a subject, and what stands in the brackets of the last of them. */
function matcherPath(tokens: readonly Token[]): { names: string[]; inside: Token[] } {
  const names: string[] = [];
  let inside: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind === "name") names.push(token.text);
    if (token?.text !== "(") continue;
    const close = closing(tokens, index);
    inside = tokens.slice(index + 1, close);
    index = close;
  }
  return { names, inside };
}

/** `assert.equal(a, b)`, `t.is(a, b)`, `self.assertEqual(a, b)`, `assert.Equal(t, want, got)`, `x.should.equal(5)`. */
function called(tokens: readonly Token[], language: Language): Reading {
  const path = matcherPath(tokens);
  const name = path.names.at(-1)?.toLowerCase() ?? "";
  const given = withoutTest(split(path.inside), language);
  const [one = [], second = null] = given;
  if (path.names.includes("should")) return should(tokens, name, given[0] ?? null);
  if (given.length > 0 && TRUTH.test(name)) return truth(one);
  if (given.length > 0 && UNTRUTH.test(name))
    return reading(one, null, { matcher: name, strength: compares(one) ? 2 : 1 });
  const strength = callStrength(name, given.length);
  if (second === null) return reading(one, null, { matcher: name, strength });
  const two = TOLERANT.test(name) ? given.slice(1).flat() : second;
  const [subject, expected] = language === "go" ? [two, one] : sides(one, two);
  return reading(subject, expected, { matcher: name, strength });
}

/** Go's libraries take the test itself first. */
function withoutTest(given: Token[][], language: Language): Token[][] {
  return language === "go" && /^[tb]$/.test(spelled(given[0] ?? [])) ? given.slice(1) : given;
}

function should(tokens: readonly Token[], name: string, expected: readonly Token[] | null): Reading {
  const until = tokens.findIndex(({ text }) => text === "should");
  const negated = tokens.some(({ text }) => text === "not");
  const strength = strengthOf(name, { negated, bare: expected === null });
  return reading(tokens.slice(0, Math.max(0, until - 1)), expected, { matcher: name, strength });
}

function callStrength(name: string, given: number): Strength {
  if (/^(?:doesnot|not|assertnot)/.test(name)) return /throw|reject|null|nil|empty|panic/.test(name) ? 1 : 2;
  return strengthOf(name, { negated: false, bare: given < 2 && !/none|null|nil|error/.test(name) });
}

/** What a Go test fails on: `if got != want { t.Errorf(…) }` claims that they are equal. */
function failing(fails: readonly Token[]): Reading {
  const condition = split(fails, ";").at(-1) ?? [];
  if (condition[0]?.text === "!") return denied(condition);
  const at = comparisonAt(condition);
  if (at === null) return reading(condition, null, { matcher: "if", strength: 1 });
  const [subject, expected] = sides(condition.slice(0, at), condition.slice(at + 1));
  const mark = condition[at]?.text ?? "";
  const nothing = /^(?:nil|""|0)$/.test(spelled(expected));
  const strength = mark === "!=" ? 3 : mark === "==" && nothing ? 1 : 2;
  return reading(subject, expected, { matcher: `if ${mark}`, strength });
}

/** `if !reflect.DeepEqual(got, want)`, `if !strings.Contains(…)`. */
function denied(condition: readonly Token[]): Reading {
  const exact = /Equal|cmp \. Diff|errors \. Is/.test(spelled(condition));
  const open = condition.findIndex(({ text }) => text === "(");
  const [one = condition, two] = exact ? split(condition.slice(open + 1, closing(condition, open))) : [];
  return reading(one, two ?? null, { matcher: "!", strength: exact ? 3 : 2 });
}

/** What is looked at comes first, whichever way it was written. */
function sides(left: Token[], right: Token[]): [Token[], Token[]] {
  return isConstant(left) && !isConstant(right) ? [right, left] : [left, right];
}

function condition(tokens: readonly Token[]): Token[] {
  let depth = 0;
  const end = tokens.findIndex(({ text }, index) => {
    if (/^[([]$/.test(text)) depth++;
    if (/^[)\]]$/.test(text)) depth--;
    const reports =
      tokens[index + 1]?.text === "." && /^(?:Error|Fatal|Fail)/.test(tokens[index + 2]?.text ?? "");
    return depth === 0 && (text === "{" || reports);
  });
  return tokens.slice(1, end < 0 ? tokens.length : end);
}

/** What must be true: a comparison says what it compares, anything else only that it is there. */
function truth(given: readonly Token[]): Reading {
  const tokens = unwrapped(given);
  if (isTuple(tokens)) return reading(tokens, null, { matcher: "tuple", strength: 0 });
  const at = comparisonAt(tokens);
  if (at === null) {
    const part = /\b(?:includes|startswith|endswith|match|test|has|search|all|every|some|any|contains)\b/i;
    const said = spelled(tokens);
    return reading(tokens, null, { matcher: "ok", strength: part.test(said) ? 2 : 1 });
  }
  const mark = tokens[at]?.text ?? "";
  const before = tokens[at - 1]?.text === "not" ? 1 : 0;
  const after = tokens[at + 1]?.text === "not" ? 1 : 0;
  const negated = before + after > 0 || mark.startsWith("!");
  const [left, right] = [tokens.slice(0, at - before), tokens.slice(at + 1 + after)];
  const [subject, expected] = /^[=!]==?$/.test(mark) ? sides(left, right) : [left, right];
  const typed = subject[0]?.text === "typeof" || /^type \(/.test(spelled(subject)) || mark === "instanceof";
  const strength = typed ? 1 : comparisonStrength(mark, negated, expected);
  return reading(subject, expected, { matcher: `${negated ? "not " : ""}${mark}`, strength });
}

/** Without the brackets around the whole. */
function unwrapped(tokens: readonly Token[]): readonly Token[] {
  const whole = tokens[0]?.text === "(" && closing(tokens, 0) === tokens.length - 1;
  const inner = tokens.slice(1, -1);
  return whole && inner.length > 0 && !isTuple(tokens) ? unwrapped(inner) : tokens;
}

/** `(a == b, "message")` is true as soon as it is there. */
function isTuple(tokens: readonly Token[]): boolean {
  if (tokens[0]?.text !== "(" || closing(tokens, 0) !== tokens.length - 1) return false;
  const inner = tokens.slice(1, -1);
  return split(inner).length > 1 || inner.at(-1)?.text === ",";
}

function comparisonStrength(mark: string, negated: boolean, expected: readonly Token[]): Strength {
  if (negated) return /^(?:None|null|undefined|nil)$/.test(spelled(expected)) ? 1 : 2;
  return /^(?:===?|is)$/.test(mark) ? 3 : 2;
}

function compares(tokens: readonly Token[]): boolean {
  return comparisonAt(tokens) !== null;
}

/** The first comparison outside brackets; a claim of several parts counts by its first. */
function comparisonAt(tokens: readonly Token[]): number | null {
  let depth = 0;
  for (const [index, { text, kind }] of tokens.entries()) {
    if (kind === "string") continue;
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth === 0 && index > 0 && COMPARISON.test(text)) return index;
  }
  return null;
}

function strengthOf(name: string, { negated, bare }: { negated: boolean; bare: boolean }): Strength {
  if (negated) return /throw|reject|null|undefined|exist|truthy|defined|empty|raise/.test(name) ? 1 : 2;
  if (/^(?:tothrow|throws?|rejects|tothrowerror|panics)/.test(name)) return bare ? 2 : 3;
  if (PRESENCE.test(name)) return 1;
  if (/^toequal|^tobe$|^equal/.test(name) && bare) return 1;
  if (EXACT.test(name)) return 3;
  return TRUTH.test(name) ? 1 : 2;
}

function reading(
  subject: readonly Token[],
  expected: readonly Token[] | null,
  { matcher, strength }: Pick<Claim, "matcher" | "strength">,
): Reading {
  return {
    subject: spelled(subject),
    expected: expected ? spelled(expected) : null,
    literals: literalsOf(expected ?? []),
    inputs: literalsOf(subject),
    matcher,
    strength,
  };
}

/** Values of numbers, strings and truth values; a minus belongs to its number. */
export function literalsOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token, index) => {
    if (token.kind === "string") return [token.value];
    if (/^(?:true|false)$/i.test(token.text)) return [token.text.toLowerCase()];
    if (token.kind !== "number") return [];
    const minus = tokens[index - 1]?.text === "-" && tokens[index - 2]?.kind !== "number" ? "-" : "";
    return [`${minus}${token.value}`];
  });
}

/** Made of literals and punctuation alone. */
export function isConstant(tokens: readonly Token[]): boolean {
  const known = /^(?:true|false|null|undefined|nil|None|True|False|not|new|and|or)$/;
  return tokens.every(({ kind, text }) => kind !== "name" || known.test(text));
}

const NEVER = /^(?:false|False|0|None|null|undefined|nil|""|! true|not True)$/;

function canOnlyPass(claim: Claim): boolean {
  const { subject, expected, matcher } = claim;
  if (/(?:\|\||\bor) (?:true|True|1)\b/.test(claim.text)) return true;
  if (/^(?:t|assert) \. pass \(/.test(claim.text)) return false;
  const grows = /(?:length|size|\blen \(.*|\bcount)\)?$/.test(subject) && expected === "0";
  if (grows && /^(?:>=|toBeGreaterThanOrEqual|least)$/.test(matcher)) return true;
  if (expected !== null && subject === expected) return !/[(]/.test(subject) && !/not|[<>]|!/.test(matcher);
  if (subject === "" || matcher.startsWith("if") || matcher.includes("fail")) return false;
  const constant = isConstant(tokensOf(subject, "javascript"));
  if (!constant || NEVER.test(subject)) return false;
  return expected === null ? /^(?:ok|toBeTruthy|toBeDefined|exist|true|assert)$/.test(matcher) : false;
}

function least(one: Strength, other: Strength): Strength {
  return one < other ? one : other;
}
