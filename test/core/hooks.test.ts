import { describe, expect, test } from "vitest";
import { type HookRun, ruleOn } from "#core/hook-ruling.ts";
import { hooksFor, matches, parseHooks } from "#core/hooks.ts";

const FILE = ".claude/settings.json";
const command = (text: string, more: object = {}) => ({ type: "command", command: text, ...more });
const parse = (hooks: object, more: object = {}) => parseHooks(JSON.stringify({ hooks, ...more }), FILE);

describe("a matcher", () => {
  test.each([
    ["", "Bash", true],
    ["*", "Bash", true],
    ["Bash", "Bash", true],
    ["Bash", "bash", false],
    ["Bash", "BashOutput", false],
    ["Edit|Write", "Write", true],
    ["Edit, Write", "Write", true],
    ["Edit|Write", "Read", false],
    ["^Edit$|^Wri", "Write", true],
    ["mcp__.*", "Bash", false],
    [".*", "Bash", true],
    [".env", "x.envrc", true],
  ])("%o of %s: %s", (matcher, subject, says) => {
    expect(matches(matcher, subject)).toBe(says);
  });
});

describe("settings", () => {
  test("are read with Claude Code's keys; other settings are nobody's business here", () => {
    const { hooks, diagnostics } = parse(
      {
        PreToolUse: [
          {
            matcher: "Bash",
            hooks: [
              command("guard", { timeout: 5, if: "Bash(git *)", statusMessage: "…" }),
              command("node", { args: ["a.js"] }),
            ],
          },
        ],
        SessionEnd: [{ hooks: [command("bye")] }],
        Stop: [{ hooks: [command("slow", { timeout: 86_400 })] }],
      },
      { permissions: { allow: ["Read"] }, model: "x" },
    );
    expect(diagnostics).toEqual([]);
    expect(hooks).toEqual([
      { event: "PreToolUse", matcher: "Bash", tool: "Bash", command: "guard", args: null, seconds: 5 },
      { event: "PreToolUse", matcher: "Bash", tool: null, command: "node", args: ["a.js"], seconds: 60 },
      { event: "SessionEnd", matcher: "", tool: null, command: "bye", args: null, seconds: 1.5 },
      { event: "Stop", matcher: "", tool: null, command: "slow", args: null, seconds: 600 },
    ]);
  });

  test("that turn all hooks off are obeyed", () => {
    expect(parse({ Stop: [{ hooks: [command("x")] }] }, { disableAllHooks: true }).hooks).toEqual([]);
  });

  test("with a guard that cannot run are an error; elsewhere it is a warning, and everything is said at once", () => {
    const { hooks, diagnostics } = parse({
      PreToolUse: [
        { hooks: [{ type: "http", url: "https://example.com" }, { type: "command" }] },
        { matcher: "(", hooks: [command("x")] },
      ],
      PostToolUse: [{ hooks: [{ type: "prompt", prompt: "?" }] }],
      Notification: [{ hooks: [command("x")] }],
    });
    expect(hooks).toEqual([]);
    expect(diagnostics.map(({ severity, code, message }) => `${severity} ${code} ${message}`)).toEqual([
      "error POLICY_HOOKS a PreToolUse hook of type http cannot be run here",
      "error POLICY_HOOKS a PreToolUse hook of type command cannot be run here",
      "error POLICY_HOOKS the matcher `(` is no regular expression",
      "warning HOOK_IDLE a PostToolUse hook of type prompt cannot be run here",
      "warning HOOK_IDLE the event Notification never comes here",
    ]);
  });

  test.each(["", "{", "[]", '{"hooks":[]}', '{"hooks":{"Stop":{}}}', '{"hooks":{"Stop":[{"hooks":[{}]}]}}'])(
    "such as %o are an error",
    (text) => {
      expect(parseHooks(text, FILE)).toMatchObject({
        hooks: [],
        diagnostics: [{ file: FILE, code: "POLICY_HOOKS", severity: "error" }],
      });
    },
  );
});

test("hooks run once each, by event, matcher and tool; events without a subject ignore the matcher", () => {
  const { hooks } = parse({
    PreToolUse: [
      { matcher: "Bash", hooks: [command("a"), command("b", { if: "Edit(*.ts)" })] },
      { matcher: "*", hooks: [command("a"), command("a", { args: [] })] },
    ],
    Stop: [{ matcher: "Bash", hooks: [command("s")] }],
  });
  const run = (...given: Parameters<typeof hooksFor> extends [unknown, ...infer Rest] ? Rest : never) =>
    hooksFor(hooks, ...given).map(({ command: text, args }) => (args ? `${text} exec` : text));
  expect(run("PreToolUse", "Bash")).toEqual(["a", "a exec"]);
  expect(run("PreToolUse", "Edit")).toEqual(["a", "a exec"]);
  expect(run("Stop", null)).toEqual(["s"]);
  expect(run("PostToolUse", "Bash")).toEqual([]);
});

describe("a ruling", () => {
  const ran = (exitCode: number, stdout = "", stderr = ""): HookRun => ({
    end: { exitCode },
    stdout,
    stderr,
  });
  const json = (value: object): HookRun => ran(0, JSON.stringify(value));

  test("of exit code 2 stands against JSON that allows, and against other hooks that do", () => {
    const allow = { hookSpecificOutput: { permissionDecision: "allow" } };
    const both: HookRun = { ...json(allow), end: { exitCode: 2 }, stderr: "no" };
    expect(ruleOn("PreToolUse", [both]).denied).toBe("no");
    expect(ruleOn("PreToolUse", [json(allow), ran(2, "", "never")]).denied).toBe("never");
    expect(ruleOn("PreToolUse", [json(allow)]).denied).toBeNull();
  });

  test("counts a failing hook against a call only where it guards: elsewhere it is a remark", () => {
    const failed: HookRun = { end: { failed: "it is gone" }, stdout: "", stderr: "" };
    expect(ruleOn("PreToolUse", [failed]).denied).toBe("the guard failed: it is gone");
    for (const event of ["PostToolUse", "Stop", "SessionStart", "UserPromptSubmit"] as const)
      expect(ruleOn(event, [failed, ran(1, "{", "x")])).toMatchObject({
        denied: null,
        remarks: ["it is gone", "it printed JSON that cannot be read"],
      });
  });

  test("hears JSON beside an exit code that is an error", () => {
    const warned = {
      ...json({ systemMessage: "look", decision: "block", reason: "again" }),
      end: { exitCode: 1 },
    };
    expect(ruleOn("Stop", [warned])).toMatchObject({ denied: "again", remarks: ["look", "it exited 1"] });
  });

  test("refuses what JSON for another event says, and old words for a refusal still refuse", () => {
    const other = json({ hookSpecificOutput: { hookEventName: "PostToolUse", permissionDecision: "allow" } });
    expect(ruleOn("PreToolUse", [other]).denied).toContain("cannot be read");
    expect(ruleOn("PreToolUse", [json({ decision: "block", reason: "old" })]).denied).toBe("old");
    expect(ruleOn("PreToolUse", [json({ decision: "approve" })]).denied).toBeNull();
  });

  test("of what comes too late is told, not refused; plain words are heard at the beginning only", () => {
    expect(ruleOn("PostToolUse", [ran(2, "", "format it")])).toMatchObject({
      denied: null,
      told: ["format it"],
    });
    expect(ruleOn("FileChanged", [ran(2, "", "oh")])).toMatchObject({
      denied: null,
      told: [],
      remarks: ["oh"],
    });
    expect(ruleOn("SessionStart", [ran(0, " hello \n")]).told).toEqual(["hello"]);
    expect(ruleOn("PostToolUse", [ran(0, "hello")]).told).toEqual([]);
  });

  test("hears ten thousand characters and no more", () => {
    expect(ruleOn("SessionStart", [ran(0, "x".repeat(20_000))]).told[0]).toHaveLength(10_000);
    expect(ruleOn("Stop", [ran(2, "", "x".repeat(20_000))]).denied).toHaveLength(10_000);
  });

  test("changes an input only before the call, and an output only after it", () => {
    const changes = json({ hookSpecificOutput: { updatedInput: { command: "b" }, updatedToolOutput: "c" } });
    expect(ruleOn("PreToolUse", [changes])).toMatchObject({ input: { command: "b" }, output: null });
    expect(ruleOn("PostToolUse", [changes])).toMatchObject({ input: null, output: "c" });
  });
});
