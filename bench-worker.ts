/**
 * Plays one scripted milestone of forty turns by the built-in engine and by the real `claude -p`, prints what each cost, and
 * exits 1 when a target is missed. Sees engines through their port only. Never leaves this machine, but to install `claude`.
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { conclude, type Row, walls } from "./bench.ts";
import { CLAUDE, type Name, now, type Played, priceOfModel, type Span } from "./bench-worker-play.ts";
import { costOf, type Usage } from "./src/core/prices.ts";
import type { ScriptFile } from "./src/rehearsal/model/script.ts";
import { openModel } from "./src/rehearsal/model/server.ts";

const ROOT = import.meta.dirname;
const TURNS = 40;
/** Turns of a conversation until a cache can be worth anything. */
const WARM = 5;

type Measured = Played & {
  seconds: number;
  requests: (Span & { bytes: number })[];
  answers: { turn: number; usage: Usage }[];
};

type Entries = ScriptFile["milestones"];

/** Forty turns, most of them commands whose outputs differ and are as long as those of real work. */
function scriptFor(name: Name): Entries {
  const isClaude = name === "claude";
  const run = (command: string) =>
    isClaude
      ? { name: "Bash", input: { command, description: "Looks." } }
      : { name: "bash", input: { command } };
  const looks = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      text: `Step ${first + index}.`,
      tools: [run(`seq ${(first + index) * 1_000} ${(first + index) * 1_000 + 300}`)],
    }));
  const right = { tools: [run("echo right > answer.txt")] };
  const summary = "The answer is right.";
  if (isClaude) return [{ milestone: "M1", turns: [...looks(0, TURNS - 2), right, { text: summary }] }];
  const says = (tool: string, input: Record<string, unknown>) => ({ tools: [{ name: tool, input }] });
  const entry = (phase: string, ...turns: Entries[number]["turns"]) => ({ milestone: "M1", phase, turns });
  const [features, platforms] = [
    [{ feature: "The answer", scope: "core" }],
    [{ platform: "any", inScope: true }],
  ];
  const checks = [{ criterion: "M1/1", check: "the gate command" }];
  const step = {
    step: "Write it",
    files: ["answer.txt"],
    dependsOn: [],
    gate: "the gate command",
    scope: "core",
  };
  return [
    entry(
      "analyse",
      ...looks(0, 1),
      says("conclude_analysis", { aim: summary, features, platforms, checks, questions: [] }),
    ),
    entry("research", ...looks(1, 5), says("conclude_research", { decisions: [], questions: [] })),
    entry("plan", ...looks(6, 3), says("conclude_plan", { steps: [step] })),
    entry("execute", ...looks(9, TURNS - 14), right, says("finish", { status: "done", summary })),
  ];
}

/** Stands between the engine and the scripted model, and keeps the times and the bytes. */
async function measure(name: Name, root: string): Promise<Measured> {
  const logs = join(root, "model");
  const script = { version: 1 as const, milestones: scriptFor(name) };
  const model = await openModel({ script, directory: logs });
  const requests: Measured["requests"] = [];
  const recorder = createServer(async (incoming, response) => {
    const body = Buffer.concat(await incoming.toArray());
    const span = { from: now(), to: 0, bytes: body.length };
    requests.push(span);
    const { method = "POST", url = "/", headers } = incoming;
    const outgoing = forward(model.url + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response).once("finish", () => {
        span.to = now();
      });
    });
    outgoing.end(body);
  });
  await once(recorder.listen(0, "127.0.0.1"), "listening");
  const baseUrl = `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`;
  try {
    const begun = now();
    const { played, memory } = await playApart(name, baseUrl, root);
    const lines = readFileSync(join(logs, "requests.jsonl"), "utf8").trim().split("\n");
    const answers = lines.map((line) => JSON.parse(line)).filter(({ usage }) => usage);
    return { ...played, memory, seconds: (now() - begun) / 1_000, requests, answers };
  } finally {
    recorder.closeAllConnections();
    recorder.close();
    await model.close();
  }
}

/** Of the built-in engine its own process is measured, of `claude` the program beside ours. */
async function playApart(
  name: Name,
  baseUrl: string,
  root: string,
): Promise<{ played: Played; memory: number }> {
  const child = spawn(process.execPath, [join(ROOT, "bench-worker-play.ts"), name, baseUrl, root], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let highest = 0;
  const look = setInterval(() => {
    highest = Math.max(highest, memoryOf("claude"));
  }, 20);
  const said = await text(child.stdout);
  clearInterval(look);
  const played: Played = JSON.parse(said);
  if (played.outcome !== "finished") throw new Error(`${name} did not finish: ${played.outcome}`);
  return { played, memory: name === "claude" ? highest : played.memory };
}

/** The most that any process of this name has held in memory, in bytes. */
function memoryOf(name: string): number {
  const statuses = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/status`, "utf8");
      } catch {
        return "";
      }
    });
  const own = statuses.filter((status) => status.startsWith(`Name:\t${name}\n`));
  return Math.max(0, ...own.map((status) => Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024));
}

/** Milliseconds between an answer and the next question that no tool took. */
function overheads({ requests, tools }: Measured): number[] {
  return requests.slice(1).map(({ from: next }, index) => {
    const answered = requests[index]?.to ?? next;
    const within = tools.filter(({ from }) => from >= answered && from < next);
    return next - answered - within.reduce((sum, { from, to }) => sum + to - from, 0);
  });
}

function rowsOf(name: string, measured: Measured): Row[] {
  const { requests, answers, memory } = measured;
  const usage = answers.map((one) => one.usage);
  const sum = (all: readonly Usage[], count: (one: Usage) => number) =>
    all.reduce((total, one) => total + count(one), 0);
  const asked = (one: Usage) => one.inputTokens + one.cacheReadTokens + one.cacheWriteTokens;
  const warm = answers.flatMap((one) => (one.turn < WARM ? [] : [one.usage]));
  const fresh = 100 * (1 - sum(warm, (one) => one.cacheReadTokens) / sum(warm, asked));
  const price = priceOfModel();
  const uncached = (one: Usage): Usage => ({
    ...one,
    inputTokens: asked(one),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
  });
  const ours = name === "built-in";
  return [
    { what: `${name}: requests`, value: requests.length, unit: "" },
    {
      what: `${name}: bytes sent`,
      value: requests.reduce((total, { bytes }) => total + bytes, 0) / 1_000,
      unit: "kB",
    },
    {
      what: `${name}: input not from cache, after ${WARM} turns of each conversation`,
      value: fresh,
      unit: "%",
      atMost: ours ? 5 : undefined,
    },
    { what: `${name}: cost`, value: sum(usage, (one) => costOf(one, price)), unit: "$" },
    {
      what: `${name}: cost of the same without a cache`,
      value: sum(usage, (one) => costOf(uncached(one), price)),
      unit: "$",
    },
    ...(ours
      ? [
          {
            what: `${name}: overhead per turn, median`,
            value: median(overheads(measured)),
            unit: "ms",
            atMost: 5,
          },
        ]
      : []),
    { what: `${name}: peak memory`, value: memory / 1e6, unit: "MB" },
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function inRoom<Result>(work: (room: string) => Promise<Result>): Promise<Result> {
  const room = mkdtempSync(join(tmpdir(), "bench-worker-"));
  return await work(room).finally(() => rmSync(room, { recursive: true, force: true }));
}

async function main(): Promise<void> {
  if (!existsSync(CLAUDE)) {
    const { status } = spawnSync("npm", ["ci", "--prefix", "test/engines", "--ignore-scripts"], {
      cwd: ROOT,
      stdio: "inherit",
    });
    if (status !== 0) throw new Error("claude could not be installed");
  }
  const [own, theirs] = [
    await inRoom((room) => measure("anthropic", room)),
    await inRoom((room) => measure("claude", room)),
  ];
  const bytes = ({ requests }: Measured) => requests.reduce((total, one) => total + one.bytes, 0);
  const { told, exitCode } = conclude([
    ...rowsOf("built-in", own),
    ...rowsOf("claude -p", theirs),
    ...(await inRoom(walls)),
    {
      what: "built-in against claude -p: bytes sent",
      value: bytes(own) / bytes(theirs),
      unit: "×",
      atMost: 1,
    },
    {
      what: "built-in against claude -p: peak memory",
      value: own.memory / theirs.memory,
      unit: "×",
      atMost: 1,
    },
  ]);
  process.stdout.write(
    `One milestone of ${TURNS} turns, by a scripted model that accounts as the service does.\n\n${told}`,
  );
  process.exitCode = exitCode;
}

if (import.meta.main) await main();
