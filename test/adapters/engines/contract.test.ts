import { test } from "vitest";
import { createBareSandbox } from "#adapters/sandbox/bare.ts";
import { type Contender, ended, holdToContract } from "./contract.ts";
import { SMALL } from "./stage.ts";

const bash = (command: string) => ({ tools: [{ name: "bash", input: { command } }] });
const finish = (input: object) => ({ tools: [{ name: "finish", input: { ...input } }] });

const CONTENDERS: Contender[] = [
  {
    name: "the built-in loop",
    engine: { by: "anthropic" },
    run: bash,
    end: (summary) => finish({ status: "done", summary }),
    ask: (summary, question) => finish({ status: "blocked", summary, question }),
    test,
  },
  {
    name: "a command",
    engine: SMALL.command,
    run: bash,
    end: ended,
    ask: (_, question) => ended(`QUESTION ${question}`),
    test,
  },
  {
    name: "an ACP agent",
    engine: SMALL.acp,
    run: bash,
    end: ended,
    ask: (because, question) => ended(`${because}\n\nBLOCKED: ${question}`),
    test,
  },
];

holdToContract(CONTENDERS, async () => createBareSandbox());
