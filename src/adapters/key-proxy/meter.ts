/** Reads from an answer, as it passes, how many tokens it used. Changes and keeps none of it. */

import { tokensIn } from "#adapters/key-proxy/account.ts";
import type { Usage } from "#core/prices.ts";

export type Meter = {
  hear(chunk: Buffer): void;
  /** Null: the answer said nothing of it. */
  usage(): Usage | null;
};

/** A document of JSON longer than this is no answer; a line of a stream that long says nothing of tokens. */
const LONGEST = 32 * 1024 ** 2;

type Counts = Record<string, unknown>;

export function openMeter(contentType: string): Meter {
  return contentType.startsWith("text/event-stream") ? streamMeter() : documentMeter();
}

/** Counts in a stream are of all that was said so far: the last one of each kind is right. */
function streamMeter(): Meter {
  let counts: Counts | null = null;
  let isFinal = false;
  let said = 0;
  let rest = "";
  const decoder = new TextDecoder();
  const hearLine = (line: string): void => {
    if (!line.startsWith("data:")) return;
    const event = objectIn(line.slice("data:".length));
    const usage = objectAt(event, "usage") ?? objectAt(objectAt(event, "message"), "usage");
    if (usage) counts = { ...counts, ...known(usage) };
    if (event?.type === "message_delta" && usage) isFinal = true;
    if (event?.type === "content_block_delta" || event?.type === "content_block_start") said += line.length;
  };
  return {
    hear(chunk) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
      rest = (lines.pop() ?? "").slice(0, LONGEST);
      for (const line of lines) hearLine(line);
    },
    usage() {
      if (counts === null) return null;
      const usage = usageOf(counts);
      // A stream that broke off is billed for what it said, although its own count never came.
      return isFinal ? usage : { ...usage, outputTokens: Math.max(usage.outputTokens, tokensIn(said)) };
    },
  };
}

function documentMeter(): Meter {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    hear(chunk) {
      length += chunk.length;
      if (length <= LONGEST) chunks.push(chunk);
    },
    usage() {
      const usage = objectAt(objectIn(Buffer.concat(chunks).toString("utf8")), "usage");
      return usage ? usageOf(usage) : null;
    },
  };
}

/** Without the kinds a later event leaves out or says nothing of. */
function known(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== null));
}

/** What the service did beside the answer, such as shortening the history, is in a list of its own. */
function usageOf(counts: Counts): Usage {
  const iterations = Array.isArray(counts.iterations) ? counts.iterations.filter(isExtra) : [];
  const all = [counts, ...iterations];
  const sum = (name: string): number => all.reduce((total, each) => total + countAt(each, name), 0);
  const hourly = all.reduce((total, each) => {
    const kept = objectAt(each, "cache_creation");
    return total + (kept ? countAt(kept, "ephemeral_1h_input_tokens") : 0);
  }, 0);
  return {
    inputTokens: sum("input_tokens"),
    outputTokens: sum("output_tokens"),
    cacheReadTokens: sum("cache_read_input_tokens"),
    cacheWriteTokens: sum("cache_creation_input_tokens"),
    ...(hourly > 0 ? { hourlyWriteTokens: hourly } : {}),
  };
}

function isExtra(iteration: unknown): iteration is Counts {
  return isObject(iteration) && iteration.type !== "message";
}

function countAt(counts: Counts, name: string): number {
  const value = counts[name];
  return typeof value === "number" && value > 0 ? value : 0;
}

function objectIn(text: string): Counts | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function objectAt(value: Counts | null, name: string): Counts | null {
  const inner = value?.[name];
  return isObject(inner) ? inner : null;
}

function isObject(value: unknown): value is Counts {
  return typeof value === "object" && value !== null;
}
