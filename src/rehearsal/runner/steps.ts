/** Carries out the steps of a job or of a composite action, in order. Decides their outcome; never throws. */

import { writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { type ActionUse, performAction } from "./actions.ts";
import { asText, evaluate, fill, fillTexts, isTrue, type Json, type Tree } from "./expression.ts";
import { invoke } from "./invocation.ts";
import { type Frame, functionsOf, type LiveJob, type Result, scopeOf } from "./live.ts";
import type { Step } from "./workflow.ts";

/** Steps that start after a cancellation get this long, as on GitHub. */
const AFTER_CANCEL_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

export async function runSteps(live: LiveJob, frame: Frame, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (live.machine.stopping.aborted) return;
    const { outcome, outputs, tolerated } = await runStep(live, frame, step);
    const conclusion: Result = outcome === "failure" && tolerated ? "success" : outcome;
    frame.steps[step.id] = { outputs, outcome, conclusion };
    if (conclusion === "failure" || conclusion === "cancelled") frame.status.failed = true;
  }
}

type StepEnd = { outcome: Result; outputs: { [name: string]: Json }; tolerated: boolean };

async function runStep(live: LiveJob, frame: Frame, step: Step): Promise<StepEnd> {
  const functions = functionsOf(live, frame);
  const end = (outcome: Result, outputs: Record<string, string> = {}, tolerated = false) => ({
    outcome,
    outputs,
    tolerated,
  });
  let tolerated = false;
  try {
    if (!isTrue(evaluate(step.if.expression, scopeOf(live, frame), functions))) return end("skipped");
    const env = fillTexts(step.env, scopeOf(live, frame), functions);
    const scope = scopeOf(live, frame, env);
    const value = (tree: Tree | undefined) => (tree === undefined ? null : fill(tree, scope, functions));
    tolerated = isTrue(value(step.continueOnError));
    live.log.say(`[step] ${titleOf(step, (tree) => asText(value(tree)))}`);
    const clock = createClock(live, frame.signal, Number(value(step.timeoutMinutes) ?? 0));
    try {
      const { ok, outputs } = await performStep(
        live,
        { ...frame, env: { ...frame.env, ...env } },
        step,
        clock.signal,
      );
      if (clock.timedOut())
        throw new Error(`The step has timed out after ${asText(value(step.timeoutMinutes))} minutes.`);
      if (clock.signal.aborted) return end("cancelled", outputs);
      return end(ok ? "success" : "failure", outputs, tolerated);
    } finally {
      clock.stop();
    }
  } catch (error) {
    live.log.say(`error: ${error instanceof Error ? error.message : String(error)}`);
    return end("failure", {}, tolerated);
  }
}

/** A frame is copied for a step's variables; its `steps` stay the shared ones. */
function performStep(live: LiveJob, frame: Frame, step: Step, signal: AbortSignal): Promise<StepDone> {
  if (!("uses" in step.does)) return runScript(live, frame, { id: step.id, ...step.does }, signal);
  const inputs = fillTexts(step.does.with, scopeOf(live, frame), functionsOf(live, frame));
  const use: ActionUse = { id: step.id, uses: step.does.uses, inputs, frame, signal };
  return performAction(live, use, runSteps);
}

export type StepDone = { ok: boolean; outputs: Record<string, string> };

async function runScript(
  live: LiveJob,
  frame: Frame,
  script: Extract<Step["does"], { run: Tree }> & { id: string },
  signal: AbortSignal,
): Promise<StepDone> {
  const scope = scopeOf(live, frame);
  const functions = functionsOf(live, frame);
  const text = (tree: Tree | undefined) => (tree === undefined ? "" : asText(fill(tree, scope, functions)));
  const file = join(live.temp, `script-${process.hrtime.bigint()}.sh`);
  writeFileSync(file, `${text(script.run)}\n`);
  const shell = shellCommand(text(script.shell) || text(live.defaults.shell), file);
  const directory = text(script.in) || text(live.defaults.in);
  const { code, outputs } = await invoke(live, frame, {
    ...shell,
    directory: isAbsolute(directory) ? directory : join(live.workspace, directory),
    environment: { GITHUB_ACTION: script.id },
    signal,
  });
  if (code !== 0)
    live.log.say(
      code === null
        ? "error: The operation was canceled."
        : `error: Process completed with exit code ${code}.`,
    );
  return { ok: code === 0, outputs };
}

/** GitHub's own command lines: `bash -e` without `shell:`, pipefail and no start-up files with `shell: bash`. */
function shellCommand(shell: string, file: string): { file: string; args: string[] } {
  if (shell === "") return { file: "bash", args: ["-e", file] };
  if (shell === "bash")
    return { file: "bash", args: ["--noprofile", "--norc", "-e", "-o", "pipefail", file] };
  if (shell === "sh") return { file: "sh", args: ["-e", file] };
  const [command, ...args] = shell.split(/\s+/);
  if (command === undefined || !args.includes("{0}"))
    throw new Error(`\`shell: ${shell}\` is not supported by the local runner`);
  return { file: command, args: args.map((arg) => (arg === "{0}" ? file : arg)) };
}

/** What a log calls a step: its name, its action, or the first line of its script. */
function titleOf({ name, does }: Step, text: (tree: Tree | undefined) => string): string {
  return text(name) || ("uses" in does ? does.uses : (text(does.run).split("\n")[0] ?? ""));
}

/** The signal of one step: the end of all its frame's steps if it comes while the step runs, and the step's own time. */
function createClock(
  live: LiveJob,
  parent: AbortSignal,
  minutes: number,
): { signal: AbortSignal; timedOut(): boolean; stop(): void } {
  const controller = new AbortController();
  let late = false;
  const end = () => controller.abort();
  const timeUp = () => {
    late = true;
    end();
  };
  const afterwards = parent.aborted;
  const limit = Math.min(
    minutes > 0 ? minutes * MINUTE_MS : Number.POSITIVE_INFINITY,
    afterwards ? AFTER_CANCEL_MS : Number.POSITIVE_INFINITY,
  );
  const timer = Number.isFinite(limit) ? setTimeout(timeUp, limit) : undefined;
  if (!afterwards) parent.addEventListener("abort", end, { once: true });
  live.machine.stopping.addEventListener("abort", end, { once: true });
  return {
    signal: controller.signal,
    timedOut: () => late,
    stop() {
      clearTimeout(timer);
      parent.removeEventListener("abort", end);
      live.machine.stopping.removeEventListener("abort", end);
    },
  };
}
