/** The beginning of a conversation, hashed block by block: what the prompt cache and preserved thinking go by. Stores nothing. */

import { digestOf } from "#core/hash.ts";
import { type Block, blocksOf, type MessagesRequest } from "#rehearsal/model/request.ts";

/** The request up to and including one block. `tokens` counts from the very beginning, at four characters a token. */
type Link = { digest: string; tokens: number; breakpoint: boolean };

export type Prefix = {
  links: readonly Link[];
  /** Digest of everything before message `n`. */
  before: readonly string[];
  /** Digest of the whole conversation: the same one asked again has the same. */
  digest: string;
  tokens: number;
};

/** Usage of the input side, as the service reports it. */
export type InputUsage = { inputTokens: number; cacheReadTokens: number; cacheWriteTokens: number };

/** A prefix shorter than this is never cached. */
const SHORTEST_CACHED = 512;
/** How many blocks before a breakpoint are looked at for an earlier entry. */
const LOOK_BACK = 20;

export function prefixOf(request: MessagesRequest): Prefix {
  const links: Link[] = [];
  const before: string[] = [];
  let digest = digestOf(request.model);
  let characters = 0;
  const add = (block: object, role: string) => {
    const { cache_control: breakpoint, ...rest } = block as Block;
    const text = JSON.stringify(rest);
    characters += text.length;
    digest = digestOf(`${digest}${role}${text}`);
    links.push({ digest, tokens: Math.ceil(characters / 4), breakpoint: Boolean(breakpoint) });
  };
  for (const tool of request.tools ?? []) add(tool, "tools");
  for (const block of blocksOf(request.system ?? [])) add(block, "system");
  for (const [index, { role, content }] of request.messages.entries()) {
    before.push(digest);
    for (const block of blocksOf(content)) add(block, `${index}${role}`);
  }
  const last = links.at(-1);
  if (last && request.cache_control) last.breakpoint = true;
  return { links, before, digest, tokens: last?.tokens ?? 0 };
}

/** Books what a prompt cache would: reads up to the nearest entry, writes up to the last breakpoint, remembers it. */
export function throughCache({ links, tokens }: Prefix, cache: Set<string>): InputUsage {
  let read = 0;
  let written = 0;
  for (const [index, { tokens: upTo, breakpoint }] of links.entries()) {
    if (!breakpoint || upTo < SHORTEST_CACHED) continue;
    const near = links.slice(Math.max(0, index - LOOK_BACK), index + 1);
    read = Math.max(read, near.findLast(({ digest }) => cache.has(digest))?.tokens ?? 0);
    written = upTo;
  }
  for (const { digest, breakpoint, tokens: upTo } of links) {
    if (breakpoint && upTo >= SHORTEST_CACHED) cache.add(digest);
  }
  return {
    inputTokens: tokens - Math.max(read, written),
    cacheReadTokens: read,
    cacheWriteTokens: Math.max(0, written - read),
  };
}

/** A thinking block's signature binds it to everything that came before its message. */
export function signatureFor(before: string): string {
  return `scripted-${digestOf(`signed${before}`)}`;
}

/** Thinking that was signed over another beginning: the conversation was not only added to. Null: all fits. */
export function brokenBinding(request: MessagesRequest, { before }: Prefix): string | null {
  for (const [index, { role, content }] of request.messages.entries()) {
    if (role !== "assistant") continue;
    const expected = signatureFor(before[index] ?? "");
    const broken = blocksOf(content).findIndex(
      ({ type, signature }) => type === "thinking" && signature !== expected,
    );
    if (broken >= 0) {
      return `messages.${index}.content.${broken}: thinking is bound to a different prefix; system, tools and earlier messages must not change`;
    }
  }
  return null;
}
