/** One attempt by an engine that is a program of its own: tells it the brief, judges when it is done, keeps the limits. Starts no process. */

import { type Ending, exhausted } from "#adapters/anthropic/ending.ts";
import { openShortener, type Shorten } from "#adapters/anthropic/shorten.ts";
import type { Brief } from "#core/brief.ts";
import { NOTHING_SPENT, type Spend, tokensOf } from "#core/outcome.ts";
import type { Engine, TranscriptEvent, Workspace } from "#ports/engine.ts";
import { notDone, questionIn, toldTo, type WayToEnd } from "#prose/engine.ts";

/** What a turn ended with: its last words, or what ends the attempt as well. */
export type Reply = { said: string } | { ending: Ending };

/** `estimated`: it gave no numbers, so these are guesses by the length of what was said. */
export type Reported = { spend: Spend; basis: "reported" | "estimated" };

/** An engine at work on one brief. */
export type Session = {
  /** One turn. Never rejects for what the engine does. Whoever stops it does not wait for it, but closes the session. */
  say(text: string): Promise<Reply>;
  /** What it used by its own account. Null: it said nothing of it. */
  reported?(): Reported | null;
  close(): Promise<void>;
};

/** What a session is opened with. */
export type Stage = {
  brief: Brief;
  workspace: Workspace;
  /** What holds all the time: the system prompt, or the beginning of the first message. */
  system: string;
  /** What it is told first. */
  opening: string;
  transcript: (event: TranscriptEvent) => void;
  /** Cuts what is too long for the transcript; the full text stays on disk. */
  shorten: Shorten;
  /** Fires at the wall clock's limit, or when we are told to stop. */
  stop: AbortSignal;
};

/** The books of whoever holds the key. Null: nobody does, and the engine's own account is all there is. */
export type Books = () => Promise<Spend | null>;

/** How often it may say that it is done while it is not. */
const MOST_ROUNDS = 4;

/** Milliseconds between two looks into the books: whoever is cut off is charged what was used until then. */
const BETWEEN_LOOKS = 5_000;

/** Milliseconds the wall clock leaves to a session that is closing. */
export const GRACE = 5_000;

export function createProgramEngine(given: {
  name: string;
  way: WayToEnd;
  books: Books | null;
  open: (stage: Stage) => Promise<Session>;
}): Engine {
  const { name, way, books, open } = given;
  return {
    name,
    async attempt(brief, workspace, transcript, signal) {
      const stop = AbortSignal.any([signal, AbortSignal.timeout(brief.limits.seconds * 1_000)]);
      const { system, opening } = toldTo(brief, workspace.instructions, way);
      transcript({ event: "begin", engine: name, model: brief.model, system, opening });
      const shorten = openShortener(workspace.spill);
      const session = await open({ brief, workspace, system, opening, transcript, shorten, stop });
      const counted = readerOf(books, transcript);
      const looks = setInterval(() => void counted(), BETWEEN_LOOKS);
      const ending = await converse(session, {
        brief,
        workspace,
        opening,
        transcript,
        shorten,
        stop,
        signal,
        counted,
      }).finally(async () => {
        clearInterval(looks);
        await session.close();
        // Also when it broke: nothing else is heard of it then.
        await counted();
      });
      const bill = billOf(await counted(), session.reported?.() ?? null);
      transcript({ event: "end", ...ending, ...bill });
      return { ...ending, spend: bill.spend };
    },
  };
}

/** Tells the transcript of all that is new in the books. They may be lost with whoever keeps them; what was spent is not. */
function readerOf(
  books: Books | null,
  transcript: (event: TranscriptEvent) => void,
): () => Promise<Spend | null> {
  let last: Spend | null = null;
  return async () => {
    const now = (await books?.()) ?? null;
    const isNew = now !== null && tokensOf(now) !== tokensOf(last ?? NOTHING_SPENT);
    last = now ?? last;
    if (isNew) transcript({ event: "spent", spend: now });
    return last;
  };
}

type Terms = Pick<Stage, "brief" | "workspace" | "opening" | "transcript" | "shorten" | "stop"> & {
  /** When we are told to stop. */
  signal: AbortSignal;
  counted: () => Promise<Spend | null>;
};

/** Turns, until one ends it: what is said to be done must be, and is sent back while it is not. */
async function converse(session: Session, terms: Terms): Promise<Ending> {
  let text = terms.opening;
  for (let round = 1; ; round += 1) {
    const reply = await Promise.race([session.say(text), untilStopped(terms.stop)]);
    // What the books and the clock say comes first: an engine that was stopped has all kinds of words for it.
    const over = stopped(terms) ?? overspent(await terms.counted(), terms.brief);
    if (over) return over;
    if ("ending" in reply) return reply.ending;
    const question = questionIn(reply.said);
    if (question) return { outcome: "blocked", ...question };
    const missing = await missingIn(terms);
    if (missing === null)
      return { outcome: "finished", summary: reply.said.trim() || "It said nothing of it." };
    if (terms.stop.aborted) return stopped(terms) ?? exhausted("it was stopped");
    if (round === MOST_ROUNDS)
      return exhausted(`it said it was done ${round} times, and was not: ${missing.split("\n", 1)[0]}`);
    terms.transcript({ event: "nudge", why: "unfinished" });
    text = notDone(await terms.shorten(missing));
  }
}

async function untilStopped(stop: AbortSignal): Promise<Reply> {
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
  return { ending: exhausted("it was stopped") };
}

/** Why it is not done; null: it is, as far as the gate commands can tell. */
async function missingIn({ workspace, stop }: Terms): Promise<string | null> {
  if ((await workspace.changedPaths()).length === 0) return "Nothing changed in the checkout.";
  const { green, report } = await workspace.gates(stop);
  return green ? null : `The gate commands are red.\n\n${report}`;
}

function stopped({ brief, stop, signal }: Terms): Ending | null {
  if (signal.aborted) return exhausted("it was stopped from outside");
  return stop.aborted ? exhausted(`the limit of ${brief.limits.seconds} seconds is reached`) : null;
}

function overspent(spend: Spend | null, { limits }: Brief): Ending | null {
  if (spend === null) return null;
  if (spend.usd >= limits.usd) return exhausted(`the limit of $${limits.usd} is reached`);
  return tokensOf(spend) >= limits.tokens
    ? exhausted(`the limit of ${limits.tokens} tokens is reached`)
    : null;
}

/** `basis`: whose word the spend is. Ours outranks the engine's; where there is neither, nothing is known to be spent. */
function billOf(counted: Spend | null, reported: Reported | null) {
  if (counted !== null) return { spend: counted, basis: "counted" };
  return reported ?? { spend: NOTHING_SPENT, basis: "unknown" };
}
