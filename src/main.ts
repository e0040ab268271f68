/** The only door of the action: inputs → world → one job → outputs, or a failure with a remedy. */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as core from "@actions/core";
import { context } from "@actions/github";
import { checkpointFolder, openFolders } from "#adapters/actions/folders.ts";
import { annotate, say } from "#adapters/actions/log.ts";
import { redactorOf } from "#adapters/actions/redact.ts";
import { openTranscript } from "#adapters/actions/transcript.ts";
import { initBare } from "#adapters/git/git.ts";
import { readHeadChange } from "#adapters/git/head-change.ts";
import { connect } from "#adapters/github/connection.ts";
import { GithubForge } from "#adapters/github/forge.ts";
import { NETWORK_VARIABLES } from "#adapters/sandbox/environment.ts";
import { openSandbox } from "#adapters/sandbox/open-sandbox.ts";
import { toolFolders } from "#adapters/sandbox/tool-folders.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import { createWorkbench } from "#adapters/workbench/workbench.ts";
import type { Assignment } from "#core/brief.ts";
import { Failure } from "#core/errors.ts";
import type { Trigger } from "#core/observation.ts";
import { measureBase } from "#jobs/baseline.ts";
import { landTrain } from "#jobs/land.ts";
import { giveOpinion } from "#jobs/opinion.ts";
import { planNight } from "#jobs/plan.ts";
import { publish } from "#jobs/publish.ts";
import { reportNight } from "#jobs/report.ts";
import { reviewPulls } from "#jobs/review.ts";
import { setUp } from "#jobs/setup.ts";
import { verify } from "#jobs/verify.ts";
import { work } from "#jobs/work.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import { tellMorning } from "#prose/morning.ts";
import type { OpenEngine } from "#src/engines.ts";
import { type Inputs, readInputs } from "#src/inputs.ts";

void main();

async function main(): Promise<void> {
  try {
    const inputs = readInputs((name) => core.getInput(name));
    await run(inputs);
  } catch (error) {
    fail(error);
  }
}

async function run(inputs: Inputs): Promise<void> {
  const root = join(variable("RUNNER_TEMP"), "daybreak");
  const handOver = openFolders(root, {
    runAttempt: runAttempt(),
    about: inputs.assignment,
    staged: inputs.staged,
  });
  switch (inputs.job) {
    case "setup":
      return await setUp(assigned(inputs), { handOver, workbench: workbenchOf(inputs, root), say });
    case "work":
      return await runWork(inputs, root, handOver);
    case "baseline": {
      const clock = () => performance.now() / 1_000;
      return await measureBase(assigned(inputs), {
        handOver,
        workbench: workbenchOf(inputs, root),
        clock,
        say,
      });
    }
    case "opinion":
      return await runOpinion(inputs, root, handOver);
    case "verify":
      return await runVerify(inputs, root, handOver);
    default:
      return await runWithForge(inputs, root, handOver);
  }
}

async function runWithForge(inputs: Inputs, root: string, handOver: HandOver): Promise<void> {
  const forge = await forgeOf(inputs, root);
  const world = { forge, trees: forge, handOver, say };
  switch (inputs.job) {
    case "plan": {
      const planned = await planNight(world);
      const { matrix, idle, parallel, setUp, holdOuts, unknownBase, engine } = planned;
      setMatrix(matrix);
      core.setOutput("engine", engine);
      core.setOutput("idle", idle);
      core.setOutput("unknown-base", unknownBase);
      core.setOutput("set-up", setUp);
      core.setOutput("hold-outs", holdOuts);
      return core.setOutput("parallel", parallel);
    }
    case "publish":
      return await publish(assigned(inputs), world);
    case "review": {
      const { train, verify: toVerify, opinions, acted, setUp } = await reviewPulls(world);
      setMatrix(toVerify);
      core.setOutput("train", JSON.stringify(train));
      core.setOutput("set-up", setUp);
      core.setOutput("opinions", JSON.stringify({ include: opinions }));
      core.setOutput("opinion-count", opinions.length);
      return core.setOutput("acted", acted);
    }
    case "land": {
      const pause = async (seconds: number) => await wait(seconds * 1_000);
      const { continued } = await landTrain({ ...world, pause }, inputs);
      return core.setOutput("continued", continued);
    }
    default: {
      const planned = {
        result: inputs["plan-result"],
        matrix: inputs["plan-matrix"],
        failure: inputs["plan-failure"],
      };
      const morning = await reportNight(world, planned, async (told) => {
        await core.summary.addRaw(tellMorning(told)).write();
      });
      return say(`morning   ${morning.landed.length} landed, ${morning.blocked.length} blocked`);
    }
  }
}

async function runVerify(inputs: Inputs, root: string, handOver: HandOver): Promise<void> {
  const { createSyntax, createWitness } = await import("#adapters/court.ts");
  const desk = openDesk(root);
  const witness = createWitness({
    sandbox: sandboxFor(),
    placeOf: desk.place,
    home: desk.home,
    path: process.env.PATH ?? "",
    pictures: join(root, "out", "evidence", "pictures"),
    redact: redactorOf([]),
  });
  const nonce = randomBytes(6).toString("hex");
  const clock = () => performance.now() / 1_000;
  const workbench = workbenchOf(inputs, root);
  const syntax = createSyntax();
  await verify(assigned(inputs), { handOver, workbench, syntax, witness, nonce, clock, say }, inputs);
}

async function runOpinion(inputs: Inputs, root: string, handOver: HandOver): Promise<void> {
  const key = inputs["anthropic-api-key"];
  const redact = redactorOf([key]);
  const critic = async () => {
    const { createAnthropicCritic } = await import("#adapters/models.ts");
    return createAnthropicCritic({ apiKey: key, baseUrl: inputs["anthropic-base-url"] || null });
  };
  const head = { checkout: variable("GITHUB_WORKSPACE"), directory: join(root, "repo.git") };
  await giveOpinion(assigned(inputs), {
    handOver,
    critic: key === "" ? null : critic,
    change: async (except) => await readHeadChange(head, except),
    fence: randomBytes(12).toString("hex"),
    say: (line) => say(redact(line)),
  });
}

async function runWork(inputs: Inputs, root: string, handOver: HandOver): Promise<void> {
  const secrets = { key: inputs["anthropic-api-key"], subscription: inputs["claude-code-oauth-token"] };
  const redact = redactorOf(Object.values(secrets));
  const transcript = join(root, "out", "transcript", "transcript.jsonl");
  const log = await openTranscript(transcript, redact);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const sandbox = sandboxFor();
  let opened: OpenEngine | null = null;
  await work(assigned(inputs), {
    handOver,
    workbench: workbenchOf(inputs, root, sandbox),
    engine: async (brief) => {
      const { openEngine } = await import("#src/engines.ts");
      const baseUrl = inputs["anthropic-base-url"] || null;
      const path = process.env.PATH ?? "";
      const given = { root, transcript, path, sandbox, network: networkVariables() };
      opened = await openEngine(brief, { ...secrets, ...given, baseUrl });
      return opened.engine;
    },
    transcript: log.hear,
    say: (line) => say(redact(line)),
    signal: stop.signal,
    alarm: alarmAt,
    clock: () => performance.now() / 1_000,
  }).finally(async () => await opened?.close());
  await log.written();
}

/** Node keeps no timer longer than 24 days; no night comes near that. */
function alarmAt(instant: string): AbortSignal {
  const left = Date.parse(instant) - Date.now();
  return left <= 0 ? AbortSignal.abort() : AbortSignal.timeout(Math.min(left, 2 ** 31 - 1));
}

/** Proxies and certificates of the machine, by the names everybody knows. */
function networkVariables(): Record<string, string> {
  return Object.fromEntries(
    NETWORK_VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

/** Opened once, when the first foreign command is about to run. */
function sandboxFor(): () => Promise<Sandbox> {
  let opened: Promise<Sandbox> | null = null;
  const open = async () => {
    const sandbox = await openSandbox({
      bare: mayGoWithout(),
      readable: toolFolders(process.env.PATH ?? ""),
      hidden: [variable("RUNNER_TEMP"), variable("GITHUB_WORKSPACE")],
    });
    say(`sandbox   ${sandbox.name}`);
    return sandbox;
  };
  return async () => {
    opened ??= open();
    return await opened;
  };
}

function workbenchOf(inputs: Inputs, root: string, sandbox = sandboxFor()) {
  const path = process.env.PATH ?? "";
  const { assignment, job } = inputs;
  const notes = job === "work" && assignment ? checkpointFolder(root, assignment, runAttempt()) : undefined;
  return createWorkbench({
    desk: openDesk(root, undefined, notes),
    checkout: variable("GITHUB_WORKSPACE"),
    staged: inputs.staged,
    sandbox,
    readReport: async () => (await import("#adapters/court.ts")).readReport,
    path,
    network: networkVariables(),
    redact: redactorOf([inputs["anthropic-api-key"], inputs["claude-code-oauth-token"]]),
  });
}

/** Only in a rehearsal on this very machine, and only when it says so itself. */
function mayGoWithout(): boolean {
  const host = new URL(variable("GITHUB_SERVER_URL")).hostname;
  return host === "127.0.0.1" && process.env.DAYBREAK_NO_SANDBOX === "1";
}

async function forgeOf(inputs: Inputs, root: string): Promise<GithubForge> {
  const { owner, repo } = context.repo;
  const connection = await connect({
    apiUrl: context.apiUrl,
    serverUrl: context.serverUrl,
    owner,
    repo,
    token: inputs.token,
    appToken: inputs["app-token"] || null,
    appSlug: inputs["app-slug"] || null,
    git: await initBare(join(root, "forge.git")),
    known: repositoryFacts(),
  });
  const cycle = {
    id: context.runId,
    trigger: triggerOf(inputs),
    workflow: workflowFile(),
    asked: inputs.night,
  };
  return new GithubForge(connection, cycle, { checks: inputs.job !== "publish" });
}

/** What the event that woke us says of the repository: a request less in every look. */
function repositoryFacts(): { defaultBranch: string; private: boolean } | null {
  const repository: Record<string, unknown> = context.payload.repository ?? {};
  const { default_branch: defaultBranch, private: isPrivate } = repository;
  return typeof defaultBranch === "string" && typeof isPrivate === "boolean"
    ? { defaultBranch, private: isPrivate }
    : null;
}

function triggerOf({ night }: Inputs): Trigger {
  if (context.eventName === "schedule") return "schedule";
  if (context.eventName !== "workflow_dispatch") return "tick";
  return night === null ? "button" : "dispatch";
}

/** `owner/repo/.github/workflows/daybreak.yml@refs/heads/main` → `daybreak.yml`: the caller's file, not ours. */
function workflowFile(): string {
  return variable("GITHUB_WORKFLOW_REF").split("@", 1).join("").split("/").at(-1) ?? "";
}

function setMatrix(matrix: readonly object[]): void {
  core.setOutput("matrix", JSON.stringify({ include: matrix }));
  core.setOutput("count", matrix.length);
}

function runAttempt(): number {
  return Number(process.env.GITHUB_RUN_ATTEMPT ?? "1");
}

function assigned({ assignment, job }: Inputs): Assignment {
  if (assignment === null) throw new Failure("INPUT_INVALID", `${job} needs slug, attempt, base and spec`);
  return assignment;
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Failure("INPUT_INVALID", `${name} is not set: this is no GitHub Actions runner`);
  return value;
}

function fail(error: unknown): void {
  // The engine's bundle brings its own copy of the class: a Failure is known by its name.
  const known = error instanceof Error && error.name === "Failure" ? (error as Failure) : unexpected(error);
  for (const diagnostic of known.diagnostics) annotate(diagnostic);
  core.setOutput("failure", `${known.code}: ${known.message}`);
  core.setFailed(`${known.code}: ${known.message}\n${known.remedy}`);
}

function unexpected(error: unknown): Failure {
  const failure = new Failure("UNEXPECTED", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return failure;
}
