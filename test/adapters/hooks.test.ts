/** The owner's hooks around the built-in loop: real scripts, real processes, the real SDK against the scripted model. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bash, done, onEvent, right, settingsOf, stage } from "./hooks-stage.ts";

const GUARD = `#!/usr/bin/env bash
command=$(node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).tool_input.command')
if [[ $command == *forbidden* ]]; then echo "forbidden is forbidden" >&2; exit 2; fi
`;
const GUARDED = {
  ...settingsOf(onEvent("PreToolUse", '"$CLAUDE_PROJECT_DIR"/.claude/guard.sh', {}, "Bash")),
  ".claude/guard.sh": GUARD,
};

/** Writes down what it is given, in one line. */
const listen = (name: string) => `tr -d '\\n' >> $HEARD/${name}; echo >> $HEARD/${name}`;

describe("a guard", () => {
  test("refuses with exit code 2, the model is told why, and the call is not made", async () => {
    const { told, transcript, outcome, workspace } = await stage(
      [{ tools: [bash("echo forbidden > made.txt"), bash("echo fine")] }, { tools: [right, done] }],
      GUARDED,
    );
    expect(told.slice(0, 2)).toEqual([
      "A hook of the owner's refused this call: forbidden is forbidden",
      "fine\n[exit code 0]",
    ]);
    expect(transcript.find(({ event }) => event === "denied")).toMatchObject({ tool: "bash" });
    expect(existsSync(join(workspace, "made.txt"))).toBe(false);
    expect(outcome.outcome).toBe("finished");
  });

  test("runs as it is at base: what the worker writes in its place has no effect", async () => {
    const allowAll = "#!/bin/sh\nexit 0\n";
    const { told, workspace } = await stage(
      [
        {
          tools: [
            bash(`printf '${allowAll}' > .claude/guard.sh; echo '{}' > .claude/settings.json`),
            { name: "write", input: { file_path: ".claude/guard.sh", content: allowAll } },
            bash("echo forbidden"),
          ],
        },
        { tools: [right, done] },
      ],
      GUARDED,
    );
    expect(readFileSync(join(workspace, ".claude/guard.sh"), "utf8")).toBe(allowAll);
    expect(told[2]).toContain("forbidden is forbidden");
  });

  test("named by a relative path is base's as well: no workspace is where hooks are started", async () => {
    const { told } = await stage(
      [
        { tools: [bash("echo 'exit 0' > .claude/guard.sh"), bash("echo forbidden")] },
        { tools: [right, done] },
      ],
      { ...GUARDED, ...settingsOf(onEvent("PreToolUse", ".claude/guard.sh")) },
    );
    expect(told[1]).toContain("forbidden is forbidden");
  });

  test.each([
    ["takes too long", "sleep 20", { timeout: 0.3 }, "it did not end within 0.3 seconds"],
    ["crashes", "echo oh no >&2; exit 1", {}, "it exited 1: oh no"],
    ["is killed", "kill -9 $$", {}, "it was killed by SIGKILL"],
    ["is missing", '"$CLAUDE_PROJECT_DIR"/.claude/gone.sh', {}, "it exited 127"],
    ["cannot be started", "./.claude/gone", { args: ["now"] }, "it could not be started"],
    ["begins JSON and prints garbage", "echo '{\"decision\": '", {}, "it printed JSON that cannot be read"],
    ["says a word nobody knows", `echo '{"decision":"maybe"}'`, {}, "it printed JSON that cannot be read"],
  ])("that %s refuses", async (_how, command, more, because) => {
    const { told, outcome } = await stage(
      [{ tools: [bash("echo hello")] }, { tools: [right, done] }],
      settingsOf(onEvent("PreToolUse", command, more, "Bash")),
    );
    expect(told[0]).toContain(`refused this call: the guard failed: ${because}`);
    expect(outcome.outcome).toBe("finished");
  });

  test.each([
    ["deny", `"permissionDecision":"deny","permissionDecisionReason":"not here"`, "not here"],
    ["ask", `"permissionDecision":"ask","permissionDecisionReason":"sure?"`, "nobody is there: sure?"],
  ])("that says %s in JSON refuses", async (_what, decision, because) => {
    const json = `{"hookSpecificOutput":{"hookEventName":"PreToolUse",${decision}}}`;
    const { told } = await stage(
      [{ tools: [bash("echo hello")] }, { tools: [right, done] }],
      settingsOf(onEvent("PreToolUse", `echo '${json}'`, {}, "Bash")),
    );
    expect(told[0]).toContain(because);
  });

  test("wins over another that allows, and both run at once", async () => {
    const allow = `sleep 0.8; echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}'`;
    const hooks = [
      { type: "command", command: allow },
      { type: "command", command: "sleep 0.8; exit 2" },
      { type: "command", command: `sleep 0.8; ${listen("once")}` },
      { type: "command", command: `sleep 0.8; ${listen("once")}` },
    ];
    const started = performance.now();
    const { told, heard } = await stage(
      [{ tools: [bash("echo hello")] }, { tools: [right, done] }],
      settingsOf({ PreToolUse: [{ matcher: "Bash", hooks }] }),
    );
    expect(told[0]).toContain("it gave no reason");
    expect(heard("once")).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test("puts another input in its place, which is checked like the model's own", async () => {
    const put = (input: object) =>
      `echo '${JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput: input } })}'`;
    const turns = [{ tools: [bash("echo hello")] }, { tools: [right, done] }];
    const good = settingsOf(
      onEvent("PreToolUse", put({ command: "echo changed", timeout: 5_000 }), {}, "Bash"),
    );
    expect((await stage(turns, good)).told[0]).toBe("changed\n[exit code 0]");
    const bad = settingsOf(onEvent("PreToolUse", put({ timeout: 1 }), {}, "Bash"));
    expect((await stage(turns, bad)).told[0]).toContain("Invalid input");
  });

  test("leaves nothing running behind", async () => {
    const left = "(sleep 2; echo late > $HEARD/late) & exit 0";
    const { heard } = await stage(
      [{ tools: [bash("echo hello")] }, { tools: [bash("sleep 2.5"), right, done] }],
      settingsOf(onEvent("PreToolUse", left, {}, "Bash")),
    );
    expect(heard("late")).toEqual([]);
  });
});

test("hooks are told what Claude Code would tell them, at the events they wait for", async () => {
  const events = [
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "Stop",
    "SessionStart",
    "SessionEnd",
    "UserPromptSubmit",
    "FileChanged",
  ];
  const everything = Object.assign({}, ...events.map((event) => onEvent(event, listen("all"))));
  const { heard, workspace, room } = await stage(
    [
      {
        tools: [
          bash("exit 3", { timeout: 9 }),
          { name: "read", input: { file_path: "answer.txt", view_range: [1, 2] } },
        ],
      },
      { tools: [right, { name: "write", input: { file_path: "new.txt", content: "x" } }, done] },
    ],
    settingsOf(everything),
  );
  const all = heard("all");
  const names = all.map(({ hook_event_name: name, tool_name: tool }) => (tool ? `${name} ${tool}` : name));
  expect(names).toEqual([
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse Bash",
    "PostToolUseFailure Bash",
    "PreToolUse Read",
    "PostToolUse Read",
    "PreToolUse Write",
    "PostToolUse Write",
    "FileChanged",
    "PreToolUse Write",
    "PostToolUse Write",
    "FileChanged",
    "Stop",
    "SessionEnd",
  ]);
  expect(all[2]).toMatchObject({
    session_id: "2026-11-20-M1-1",
    transcript_path: join(room, "transcript.jsonl"),
    cwd: workspace,
    tool_input: { command: "exit 3", timeout: 9_000 },
    tool_use_id: expect.stringMatching(/^toolu/),
  });
  expect(all[3]).toMatchObject({ error: "[exit code 3]" });
  expect(all[4]).toMatchObject({
    tool_input: { file_path: join(workspace, "answer.txt"), offset: 1, limit: 2 },
  });
  expect(all[7]).toMatchObject({ tool_response: { filePath: join(workspace, "answer.txt"), success: true } });
  expect([all[8], all[11]]).toMatchObject([
    { file_path: join(workspace, "answer.txt"), event: "change" },
    { file_path: join(workspace, "new.txt"), event: "add" },
  ]);
  expect(all[12]).toMatchObject({ stop_hook_active: false, last_assistant_message: "The answer is right." });
});

test("what hooks say after a call is shown to the model beneath its result", async () => {
  const { told } = await stage(
    [{ tools: [bash("echo hello"), right] }, { tools: [done] }],
    settingsOf({
      ...onEvent("PostToolUse", "echo 'mind the format' >&2; exit 2", {}, "Edit|Write"),
    }),
  );
  expect(told[0]).toBe("hello\n[exit code 0]");
  expect(told[1]).toMatch(/\n\nmind the format$/);
});

describe("the first message", () => {
  test("carries what SessionStart and UserPromptSubmit add, and still begins with the headline", async () => {
    const { requests } = await stage(
      [{ tools: [right] }, { tools: [done] }],
      settingsOf({
        ...onEvent("SessionStart", "echo 'The moon is full.'", {}, "startup"),
        ...onEvent("UserPromptSubmit", `echo '{"hookSpecificOutput":{"additionalContext":"Be brief."}}'`),
      }),
    );
    const first = JSON.stringify(requests[0]?.messages[0]?.content);
    expect(first).toMatch(/^(\[\{"type":"text","text":)?"Milestone M1 · attempt 1/);
    expect(first).toContain("\\n\\nThe moon is full.\\n\\nBe brief.");
    expect(JSON.stringify(requests[1]?.messages[0])).toContain("The moon is full.");
  });

  test("that a hook refuses is never sent, and costs nothing", async () => {
    const { requests, outcome } = await stage(
      [{ tools: [right, done] }],
      settingsOf(onEvent("UserPromptSubmit", "echo 'not tonight' >&2; exit 2")),
    );
    expect(requests).toEqual([]);
    expect(outcome).toMatchObject({
      outcome: "exhausted",
      because: "a hook of the owner's refused to begin: not tonight",
      spend: { usd: 0 },
    });
  });
});

describe("a Stop hook", () => {
  const once = `test -e $HEARD/asked && exit 0; touch $HEARD/asked; echo "write a note" >&2; exit 2`;

  test("sends the engine on with exit code 2, until it is content", async () => {
    const { told, outcome } = await stage(
      [{ tools: [right, done] }, { tools: [bash("echo note > note.txt"), done] }],
      settingsOf(onEvent("Stop", once)),
    );
    expect(told[1]).toBe("A hook of the owner's says it is not done: write a note");
    expect(outcome.outcome).toBe("finished");
  });

  test("is overridden after eight times, as in Claude Code", async () => {
    const turns = Array.from({ length: 12 }, (_, n) => ({
      tools: [bash(`echo ${n}`), { ...done, input: { ...done.input, summary: `Done ${n}.` } }],
    }));
    const { outcome, told } = await stage(
      [{ tools: [right] }, ...turns],
      settingsOf(onEvent("Stop", `echo '{"decision":"block","reason":"never"}'`)),
    );
    expect(outcome).toMatchObject({ outcome: "finished", summary: "Done 8." });
    expect(told.filter((one) => one.endsWith("not done: never"))).toHaveLength(8);
  });
});

test("a hook that says `continue: false` ends the attempt, and nothing more is run", async () => {
  const { outcome, requests, workspace } = await stage(
    [{ tools: [bash("echo hello"), bash("echo no > made.txt")] }, { tools: [right, done] }],
    settingsOf(onEvent("PostToolUse", `echo '{"continue":false,"stopReason":"enough"}'`)),
  );
  expect(outcome).toMatchObject({ outcome: "exhausted", because: "a hook of the owner's ended it: enough" });
  expect(requests).toHaveLength(1);
  expect(existsSync(join(workspace, "made.txt"))).toBe(false);
});

test("PreCompact comes where a conversation grew too long, SubagentStop where somebody who was sent comes back", async () => {
  const keeps = "cat >> $HEARD/events; echo >> $HEARD/events";
  const { heard, outcome } = await stage(
    [
      { tools: [right], stopReason: "max_tokens" },
      { text: "…", stopReason: "model_context_window_exceeded" },
    ],
    settingsOf({ ...onEvent("PreCompact", keeps), ...onEvent("SubagentStop", keeps) }),
    {
      memory: null,
      phases: {
        research: [
          { tools: [{ name: "look_into", input: { questions: ["Where is it?"] } }] },
          { tools: [{ name: "conclude_research", input: { decisions: [], questions: [] } }] },
        ],
        "execute-2": [{ tools: [right, done] }],
      },
    },
  );
  expect(outcome.outcome).toBe("finished");
  expect(heard("events")).toMatchObject([
    { hook_event_name: "SubagentStop", last_assistant_message: "Where is it?" },
    { hook_event_name: "PreCompact", trigger: "auto" },
  ]);
});
