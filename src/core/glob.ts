/** Which paths a glob names. Walks a path once, whatever the glob: it never backtracks and never throws. */

/**
 * One state of the automaton a glob is turned into. `free` edges cost nothing, `next` is reached by one
 * character that `accepts` allows.
 */
type State = { free: number[]; accepts: ((character: string) => boolean) | null; next: number };

const ANYTHING = (): boolean => true;
const WITHIN_SEGMENT = (character: string): boolean => character !== "/";

/**
 * Whether any of the globs names the path. `*` and `?` stay within a segment, `**` spans segments, `{a,b}` is
 * either. A glob that ends in `/` names everything below; `a/**` names `a` as well, so that nothing can be put in
 * the folder's place. A leading `./` or `/` is ignored, a `[` is just a `[`.
 */
export function matchesAny(
  path: string,
  globs: readonly string[],
  { foldCase = false }: { foldCase?: boolean } = {},
): boolean {
  const same = foldCase ? folded : (text: string): string => text.normalize("NFC");
  const subject = [...same(rooted(path))];
  return globs.some((glob) => accepts(compile(same(rooted(glob))), subject));
}

/** Two paths that fold alike are one file on a file system that ignores case. */
export function folded(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

function rooted(path: string): string {
  return path.replace(/^(\.?\/)+/, "");
}

function accepts(states: readonly State[], subject: readonly string[]): boolean {
  let current = reach(states, [0]);
  for (const character of subject) {
    const next = [...current].flatMap((index) => {
      const state = states[index];
      return state?.accepts?.(character) ? [state.next] : [];
    });
    if (next.length === 0) return false;
    current = reach(states, next);
  }
  return current.has(states.length - 1);
}

/** The states that can be reached from these without reading anything. */
function reach(states: readonly State[], from: readonly number[]): Set<number> {
  const reached = new Set<number>();
  const waiting = [...from];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    waiting.push(...(states[index]?.free ?? []));
  }
  return reached;
}

/** Builds the automaton from left to right; its last state is the accepting one. */
class Automaton {
  readonly states: State[] = [{ free: [], accepts: null, next: 0 }];
  end = 0;

  one(accepts: (character: string) => boolean): void {
    const next = this.#fresh();
    this.states[this.end] = { ...this.#at(this.end), accepts, next };
    this.end = next;
  }

  many(accepts: (character: string) => boolean): void {
    const loop = this.#fresh();
    this.#at(this.end).free.push(loop);
    const after = this.#fresh();
    this.states[loop] = { free: [after], accepts, next: loop };
    this.end = after;
  }

  optional(part: () => void): void {
    const before = this.end;
    part();
    this.#at(before).free.push(this.end);
  }

  /** Goes back to an earlier state, to build another way on from there. */
  branch(from: number): void {
    const start = this.#fresh();
    this.#at(from).free.push(start);
    this.end = start;
  }

  join(ends: readonly number[]): void {
    const joined = this.#fresh();
    for (const end of ends) this.#at(end).free.push(joined);
    this.end = joined;
  }

  #at(index: number): State {
    return this.states[index] ?? { free: [], accepts: null, next: 0 };
  }

  #fresh(): number {
    return this.states.push({ free: [], accepts: null, next: 0 }) - 1;
  }
}

function compile(glob: string): State[] {
  const text = [...(glob.endsWith("/") ? `${glob}**` : glob)];
  const closes = balancedBraces(text);
  const automaton = new Automaton();
  const groups: { start: number; ends: number[]; close: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    const group = groups.at(-1);
    const close = closes.get(at);
    if (close !== undefined) {
      const start = automaton.end;
      groups.push({ start, ends: [], close });
      automaton.branch(start);
    } else if (group && text[at] === ",") {
      group.ends.push(automaton.end);
      automaton.branch(group.start);
    } else if (group && at === group.close) {
      groups.pop();
      automaton.join([...group.ends, automaton.end]);
    } else {
      at = piece(automaton, text, at);
    }
  }
  automaton.join([automaton.end]);
  return automaton.states;
}

/** Adds what stands at this place and returns the place of its last character. */
function piece(automaton: Automaton, text: readonly string[], at: number): number {
  const character = text[at] ?? "";
  const spans = (from: number): boolean =>
    text[from] === "*" && text[from + 1] === "*" && startsSegment(text, from);
  if (character === "\\" && at + 1 < text.length) {
    automaton.one(literal(text[at + 1] ?? ""));
    return at + 1;
  }
  if (spans(at) && text[at + 2] === "/") {
    automaton.optional(() => {
      automaton.many(ANYTHING);
      automaton.one(literal("/"));
    });
    return at + 2;
  }
  if (spans(at) && endsPattern(text, at + 2)) {
    automaton.many(ANYTHING);
    return at + 1;
  }
  if (character === "/" && spans(at + 1) && endsPattern(text, at + 3)) {
    automaton.optional(() => {
      automaton.one(literal("/"));
      automaton.many(ANYTHING);
    });
    return at + 2;
  }
  if (character === "*") automaton.many(WITHIN_SEGMENT);
  else automaton.one(character === "?" ? WITHIN_SEGMENT : literal(character));
  return at;
}

function literal(wanted: string): (character: string) => boolean {
  return (character) => character === wanted;
}

function startsSegment(text: readonly string[], at: number): boolean {
  return at === 0 || ["/", "{", ","].includes(text[at - 1] ?? "");
}

function endsPattern(text: readonly string[], at: number): boolean {
  return at >= text.length || text[at] === "}" || text[at] === ",";
}

/** Where each brace that has a partner is closed. A brace without one is just a brace. */
function balancedBraces(text: readonly string[]): Map<number, number> {
  const open: number[] = [];
  const pairs = new Map<number, number>();
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") open.push(at);
    else if (text[at] === "}") {
      const start = open.pop();
      if (start !== undefined) pairs.set(start, at);
    }
  }
  return pairs;
}
