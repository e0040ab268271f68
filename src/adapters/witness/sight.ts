/** What is seen of a program that is up: an answer, a page, a probe's end. Only looks; the program is somebody else's. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Sitting } from "#adapters/witness/browser.ts";
import { startBrowser } from "#adapters/witness/confined-browser.ts";
import { commandIn, type Hearing, left } from "#adapters/witness/hearing.ts";
import { probe } from "#adapters/witness/probe.ts";
import { ask } from "#adapters/witness/request.ts";
import type { WayOf } from "#core/milestone.ts";
import type { DrivenWay } from "#ports/witness.ts";

/** Seconds one request, one visit with a browser, one probe may take. */
const PATIENCE = { http: 30, browser: 120, probe: 300 } as const;

/** Seconds beyond its visit after which a browser ends by itself. */
const RESERVE = 45;

/** Characters of a body that stand in a sentence. */
const EXCERPT = 300;

/** Before it is timed and digested. `all` is everything that was seen. */
export type Sight = { holds: boolean; seen: string; all: string; pictures?: string[] };

export const NO_BROWSER =
  "Neither Chromium nor Chrome is installed on this machine, so no page can be looked at.";

/** `number` counts the ways of a hearing, from 1. */
export async function see(hearing: Hearing, way: DrivenWay, number: number): Promise<Sight> {
  switch (way.by) {
    case "http":
      return await seeAnswer(hearing, way);
    case "browser":
      return await seePage(hearing, way, `${hearing.place}-browser-${number}.png`);
    case "probe": {
      const { room, place, until, sandbox } = hearing;
      const setting = { ...commandIn(room, place), seconds: Math.min(PATIENCE.probe, left(until)) };
      return await probe(sandbox, way, { ...setting, window: windowTo(hearing) }, room.redact);
    }
  }
}

/** A browser of its own for one visit. The visit's time begins once the browser is up. */
export async function sit<Result>(
  hearing: Hearing,
  use: (sitting: Sitting) => Promise<Result>,
): Promise<Result> {
  const { room, sandbox, start, until } = hearing;
  if (room.browser === null) throw new Error(NO_BROWSER);
  const longest = Math.min(PATIENCE.browser, left(until));
  const browser = await startBrowser({
    sandbox,
    executable: room.browser,
    window: windowTo(hearing),
    path: room.path,
    seconds: longest + RESERVE,
  });
  try {
    await mkdir(room.pictures, { recursive: true });
    const { endpoint } = browser;
    const seconds = Math.min(longest, left(until));
    return await use({ endpoint, origin: `http://127.0.0.1:${start.port}`, seconds });
  } finally {
    await browser.end();
  }
}

function windowTo({ start, program }: Hearing) {
  return { port: start.port, door: program.door };
}

async function seePage(hearing: Hearing, { steps }: WayOf<"browser">, picture: string): Promise<Sight> {
  const { drive } = await import("#adapters/witness/browser.ts");
  const file = join(hearing.room.pictures, picture);
  const { troubles, text, pictured } = await sit(hearing, (sitting) => drive(sitting, steps, file));
  const holds = troubles.length === 0;
  const done = steps.length === 1 ? "one step" : `${steps.length} steps`;
  const seen = holds ? `${done} in a browser, as asked` : troubles.join("; ");
  return { holds, seen, all: [text, ...troubles].join("\n"), pictures: pictured ? [picture] : [] };
}

async function seeAnswer({ room, program, start, until }: Hearing, way: WayOf<"http">): Promise<Sight> {
  const patience = AbortSignal.timeout(Math.min(PATIENCE.http, left(until)) * 1_000);
  const answer = await ask(program.door, start.port, way, patience);
  const what = `${way.method} ${way.path}`;
  if ("trouble" in answer) return { holds: false, seen: `${what}: ${answer.trouble}`, all: answer.trouble };
  const { status, text } = answer;
  const all = `${status}\n${text}`;
  const excerpt = room.redact(text).trim().slice(0, EXCERPT);
  const body = excerpt === "" ? "its body is empty" : `its body begins: ${excerpt}`;
  if (status !== way.status)
    return { holds: false, seen: `${what} answered ${status}, not ${way.status}; ${body}`, all };
  if (way.contains !== null && !text.includes(way.contains))
    return { holds: false, seen: `${what} answered ${status} without “${way.contains}”; ${body}`, all };
  const found = way.contains === null ? "" : ` with “${way.contains}”`;
  return { holds: true, seen: `${what} answered ${status}${found}`, all };
}
