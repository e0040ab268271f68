import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { Inputs, JOBS, readInputs } from "#src/inputs.ts";
import { duty, FILES, jobsOf, ROOT } from "../support/workflow-files.ts";

const ACTION = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    author: z.string(),
    branding: z.strictObject({ icon: z.string(), color: z.string() }),
    inputs: z.record(
      z.string(),
      z.strictObject({
        description: z.string(),
        required: z.boolean().optional(),
        default: z.string().optional(),
      }),
    ),
    outputs: z.record(z.string(), z.strictObject({ description: z.string() })),
    runs: z.strictObject({ using: z.string(), main: z.string() }),
  })
  .parse(parse(readFileSync(join(ROOT, "action.yml"), "utf8")));

/** Every step of the shipped workflows that is ours, with its job. */
const STEPS = jobsOf(FILES).flatMap(({ at, job }) =>
  job.steps.flatMap((step) => (duty(step) === null ? [] : [{ at, job, step, does: duty(step) }])),
);

describe("action.yml", () => {
  test("runs the bundle on Node 24", () => {
    expect(ACTION.runs).toEqual({ using: "node24", main: "dist/main.cjs" });
    expect(existsSync(join(ROOT, ACTION.runs.main))).toBe(true);
  });

  test("has the inputs that are read, and requires the job alone", () => {
    expect(Object.keys(ACTION.inputs).toSorted()).toEqual(Object.keys(Inputs.shape).toSorted());
    expect(Object.keys(ACTION.inputs).filter((name) => ACTION.inputs[name]?.required)).toEqual(["job"]);
  });

  test("has defaults that are read as if nothing had been given", () => {
    const report = (name: string) => ({ job: "report", token: "t" })[name] ?? "";
    const withDefaults = (name: string) => report(name) || (ACTION.inputs[name]?.default ?? "");
    expect(readInputs(withDefaults)).toEqual(readInputs(report));
  });

  test("names every job in the description of its input", () => {
    const { description = "" } = ACTION.inputs.job ?? {};
    expect(JOBS.filter((job) => !description.includes(job))).toEqual([]);
  });

  test("has every input and output that a workflow uses, and no other", () => {
    const used = new Set(STEPS.flatMap(({ step }) => Object.keys(step.with)));
    expect([...used].toSorted()).toEqual(Object.keys(ACTION.inputs).toSorted());
    const read = STEPS.flatMap(({ job, step }) =>
      [...JSON.stringify(job).matchAll(/steps\.(\w+)\.outputs\.([\w-]+)/g)]
        .filter(([, id]) => id === step.id)
        .map(([, , output]) => output),
    );
    expect([...new Set(read)].toSorted()).toEqual(Object.keys(ACTION.outputs).toSorted());
  });

  test("is asked for every job by some workflow", () => {
    expect([...new Set(STEPS.map(({ does }) => does))].toSorted()).toEqual([...JOBS].toSorted());
  });

  test("is given by the workflows what it accepts: no job refuses its own step", () => {
    const plausible: Record<string, string> = {
      night: "2026-03-14",
      slug: "M1",
      attempt: "1",
      base: "base-sha1",
      spec: "0123456789abcdef",
      train: "[]",
      acted: "true",
      court: "position",
    };
    for (const { step } of STEPS) {
      const given = (name: string) => {
        const value = step.with[name];
        if (value === undefined) return ACTION.inputs[name]?.default ?? "";
        return String(value).startsWith("$") ? (plausible[name] ?? "something") : String(value);
      };
      expect(readInputs(given).job).toBe(duty(step));
    }
  });
});
