/** The steps of a `(browser: …)`: what a person would do and see, one after the other. Reads and says them; opens no browser. */

import type { BrowserStep } from "#core/milestone.ts";
import { quotation, urlPath } from "#core/roadmap-inline.ts";

/** A step, and what follows it in the text; or what is wrong, as words behind “the criterion”. */
type StepReading = { step: BrowserStep; rest: string } | { because: string };

/** A criterion with more of them is several criteria. */
const MOST_STEPS = 50;
const SEPARATOR = /^(?:;|→|->)\s*/u;

/** Longer ones first, where one begins with the other. */
const VERBS: readonly [verb: RegExp, read: (rest: string) => StepReading][] = [
  [/^(?:open|visit|go to)(?=\s)/iu, readOpen],
  [/^click(?: on)?(?=\s)/iu, (rest) => readText(rest, (what) => ({ do: "click", what }))],
  [/^(?:fill|type)(?=\s)/iu, readFill],
  [/^press(?=\s)/iu, readPress],
  [/^(?:see|expect)(?=\s)/iu, (rest) => readText(rest, (text) => ({ do: "see", text }))],
  [/^not see(?=\s)/iu, (rest) => readText(rest, (text) => ({ do: "miss", text }))],
];

/** Reads steps set apart by `;` or arrows. Where the first opens no page, the start page is opened. */
export function readSteps(content: string): BrowserStep[] | { because: string } {
  const steps: BrowserStep[] = [];
  for (let rest = content; rest !== ""; ) {
    if (steps.length === MOST_STEPS) return { because: `has more than ${MOST_STEPS} steps` };
    const read = readStep(rest);
    if ("because" in read) return read;
    const separator = SEPARATOR.exec(read.rest)?.[0];
    if (separator === undefined && read.rest !== "")
      return { because: `does not set its steps apart with “;” behind “${sayStep(read.step)}”` };
    steps.push(read.step);
    rest = read.rest.slice(separator?.length ?? 0);
  }
  return steps[0]?.do === "open" ? steps : [{ do: "open", path: "/" }, ...steps];
}

function readStep(text: string): StepReading {
  for (const [verb, read] of VERBS) {
    const said = verb.exec(text)?.[0];
    if (said !== undefined) return read(text.slice(said.length).trim());
  }
  const word = /^[\p{L}\p{N}]+/u.exec(text)?.[0];
  const what = word === undefined ? "without a verb" : `that begins with “${word}”`;
  return { because: `has a step ${what}, which is none of open, click, fill, press, see and not see` };
}

function readOpen(rest: string): StepReading {
  const path = urlPath(rest);
  if (path === null) return { because: "opens something that is no path of a page" };
  return { step: { do: "open", path: path.text }, rest: path.rest };
}

function readText(rest: string, step: (text: string) => BrowserStep): StepReading {
  const text = quotation(rest);
  if (text === null) return { because: "clicks, sees or does not see something that is not in quotes" };
  return { step: step(text.text), rest: text.rest };
}

/** `"field" with "value"`, or `"value" into "field"`. */
function readFill(rest: string): StepReading {
  const one = quotation(rest);
  const [joint, word] = /^(with|into)\s+/iu.exec(one?.rest ?? "") ?? [];
  const other = joint === undefined ? null : quotation(one?.rest.slice(joint.length) ?? "");
  if (one === null || other === null || word === undefined) {
    return { because: 'fills a field in another way than `fill "field" with "value"`' };
  }
  const [what, value] = word.toLowerCase() === "with" ? [one.text, other.text] : [other.text, one.text];
  return { step: { do: "fill", what, value }, rest: other.rest };
}

/** Keys by the names every browser has for them. */
const NAMED_KEYS = [
  ...[
    "Enter",
    "Tab",
    "Escape",
    "Space",
    "Backspace",
    "Delete",
    "Insert",
    "Home",
    "End",
    "PageUp",
    "PageDown",
  ],
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
  ...["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"],
];
const MODIFIERS = ["Control", "Shift", "Alt", "Meta", "ControlOrMeta"];

function readPress(rest: string): StepReading {
  const quoted = quotation(rest);
  const word = quoted?.text ?? /^(?:(?!→|->)[^\s;])+/u.exec(rest)?.[0] ?? "";
  const key = keyOf(word);
  if (key === null) return { because: `presses “${word}”, which is no key such as Enter or Control+A` };
  return { step: { do: "press", key }, rest: quoted?.rest ?? rest.slice(word.length).trim() };
}

/** The name as browsers spell it; null if there is no such key. */
function keyOf(word: string): string | null {
  const parts = word.split("+");
  const names = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    if (isLast && /^[\p{L}\p{N}]$/u.test(part)) return part;
    const among = isLast ? NAMED_KEYS : MODIFIERS;
    return among.find((name) => name.toLowerCase() === part.toLowerCase()) ?? null;
  });
  return names.includes(null) ? null : names.join("+");
}

/** A step in the words it could have been written with. */
export function sayStep(step: BrowserStep): string {
  switch (step.do) {
    case "open":
      return `open ${step.path}`;
    case "click":
      return `click “${step.what}”`;
    case "fill":
      return `fill “${step.what}” with “${step.value}”`;
    case "press":
      return `press ${step.key}`;
    case "see":
      return `see “${step.text}”`;
    case "miss":
      return `not see “${step.text}”`;
  }
}
