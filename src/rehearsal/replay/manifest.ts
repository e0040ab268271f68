/** A package.json as a replay sees it: what it asks for, and which of its changes are part of a milestone. */

import * as z from "zod";

const Texts = z.record(z.string(), z.string()).catch({});

export const Manifest = z.looseObject({
  name: z.string().catch(""),
  scripts: Texts,
  dependencies: Texts,
  devDependencies: Texts,
  peerDependencies: Texts,
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.boolean().catch(false) })).catch({}),
});
export type Manifest = z.infer<typeof Manifest>;

const ANY_OBJECT = z.record(z.string(), z.json());

/**
 * What stays as in the older version: no milestone may change scripts and the runners' sections unasked, what only
 * development needs is setup's business, and a version is given when it is published.
 */
const KEPT = ["version", "scripts", "devDependencies", "jest", "vitest", "mocha", "ava", "nyc", "c8"];

/** What npm itself wrote into the files of some published packages. */
const ADDED_BY_NPM = /^(?:_.*|gitHead)$/;

export function readManifest(text: string | null): Manifest {
  try {
    return Manifest.parse(JSON.parse((text ?? "{}").replace(/^\u{FEFF}/u, "")));
  } catch {
    return Manifest.parse({});
  }
}

/** The newer text with everything that is not part of the difference as it is in the older one. */
export function withoutPublishing(older: string, newer: string): string {
  const [old, now] = [older, newer].map(objectOf);
  if (!old || !now) return newer;
  const isKept = (key: string): boolean => KEPT.includes(key) || ADDED_BY_NPM.test(key);
  const shared = Object.entries(now).flatMap(([key, value]): [string, unknown][] => {
    if (!isKept(key)) return [[key, value]];
    return key in old ? [[key, old[key]]] : [];
  });
  const missing = Object.entries(old).filter(([key]) => isKept(key) && !(key in now));
  const result = Object.fromEntries([...shared, ...missing]);
  if (canonical(result) === canonical(old)) return older;
  const indent = /^[\t ]+/m.exec(newer)?.[0] ?? 2;
  return `${JSON.stringify(result, null, indent)}${newer.endsWith("\n") ? "\n" : ""}`;
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    return ANY_OBJECT.parse(JSON.parse(text.replace(/^\u{FEFF}/u, "")));
  } catch {
    return null;
  }
}

/** One text for one object, whatever the order of its own keys. */
function canonical(object: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
