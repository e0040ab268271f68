/** Reads what `go test -json` prints, older and newer. Lines that are no events are what the compiler said. */

import * as z from "zod";
import { fileWithin, resultOf } from "#adapters/reports/result.ts";
import type { TestResult } from "#core/court/results.ts";

const Event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
  FailedBuild: z.string().optional(),
});

type Events = {
  /** By package, then test; null while a test runs. The package's own end stands under "". */
  ends: Map<string, Map<string, string | null>>;
  /** What was printed, by package and test. */
  printed: Map<string, string>;
  /** What the compiler said, by package. */
  compiled: Map<string, string[]>;
};

/** Null when nothing of it is an event. */
export function readGoJson(output: string, directory: string): TestResult[] | null {
  const events = eventsIn(output);
  if (events === null) return null;
  return [...events.ends].flatMap(([name, tests]) => resultsOfPackage(name, tests, events, directory));
}

function eventsIn(output: string): Events | null {
  const events: Events = { ends: new Map(), printed: new Map(), compiled: new Map() };
  let compiling = "";
  for (const line of output.split("\n")) {
    const event = eventIn(line);
    if (event === null || event.Action === "build-output") {
      const said = (event?.Output ?? line).trimEnd();
      compiling = /^# (\S+)/.exec(said)?.[1] ?? compiling;
      push(events.compiled, event?.ImportPath?.split(" ")[0] ?? compiling, said);
    } else note(event, events);
  }
  return events.ends.size === 0 ? null : events;
}

function eventIn(line: string): z.infer<typeof Event> | null {
  if (!line.startsWith("{")) return null;
  try {
    return Event.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function note({ Action, Package = "", Test = "", Output = "" }: z.infer<typeof Event>, events: Events): void {
  if (Package === "") return;
  const tests = events.ends.get(Package) ?? new Map<string, string | null>();
  events.ends.set(Package, tests);
  const key = `${Package} ${Test}`;
  if (Action === "output") events.printed.set(key, `${events.printed.get(key) ?? ""}${Output}`);
  if (Action === "run") tests.set(Test, null);
  if (["pass", "fail", "skip"].includes(Action)) tests.set(Test, Action);
}

function push(map: Map<string, string[]>, key: string, line: string): void {
  const lines = map.get(key);
  if (lines === undefined) map.set(key, [line]);
  else lines.push(line);
}

function resultsOfPackage(
  name: string,
  tests: ReadonlyMap<string, string | null>,
  { printed, compiled }: Events,
  directory: string,
): TestResult[] {
  const results = [...tests].flatMap(([test, end]) => {
    if (test === "") return [];
    const one = { file: null, name: [name, ...test.split("/")].join(" > ") };
    const said = saidIn(printed.get(`${name} ${test}`) ?? "");
    if (end === "pass") return [resultOf(one, "passed")];
    return [
      resultOf(one, end === "skip" ? "skipped" : "failed", said || (end === null ? "it did not end" : "")),
    ];
  });
  const ended = tests.get("");
  if (ended === "pass" || ended === "skip" || results.some(({ outcome }) => outcome === "failed"))
    return results;
  const own = printed.get(`${name} `) ?? "";
  const isUnbuilt = /\[(?:build|setup) failed\]/.test(own);
  const said = (isUnbuilt && (compiled.get(name) ?? compiled.get(`${name}_test`))) || [];
  const [place = saidIn(own)] = said.filter((line) => /^\S+\.go:\d+/.test(line));
  const file = fileWithin(directory, /^(\S+\.go):\d+/.exec(place)?.[1] ?? null);
  return [...results, { ...resultOf({ file, name }, "error", place), missing: isUnbuilt }];
}

/** What a test said, without what the runner says of it. */
function saidIn(printed: string): string {
  const lines = printed.split("\n").filter((line) => !/^\s*(?:=== |--- |PASS$|ok\s)/.test(line));
  return (
    lines.find((line) => /^(?:panic|fatal error): /.test(line)) ??
    lines.find((line) => line.trim() !== "") ??
    ""
  );
}
