/** The policy in words: the lines printed when a cycle starts, and the README's reference. Decides nothing. */

import type { Policy } from "#core/policy.ts";
import { policyKeys } from "#core/policy-file.ts";

/** Keys whose value is read from the repository where the owner gives none. */
const DETECTED: ReadonlySet<string> = new Set(["branch", "setup", "build", "test", "changelog"]);

/** One line per key, `key: value`, marked where the value is not the owner's. `given`: the keys in the file. */
export function sayPolicy(policy: Policy, given: ReadonlySet<string>): string[] {
  const values = new Map(Object.entries(policy));
  return policyKeys()
    .map(({ key }) => key)
    .filter((key) => !key.includes("."))
    .map((key) => {
      const mark = given.has(key) ? "" : DETECTED.has(key) ? " (detected)" : " (default)";
      return `${key}: ${inWords(values.get(key), key)}${mark}`;
    });
}

/** The reference of every key as a Markdown table. */
export function policyReference(): string {
  const rows = policyKeys().map(({ key, default: initial, meaning }) => {
    const cells = [`\`${key}\``, initial === undefined ? "" : `\`${asYaml(initial)}\``, meaning];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| Key | Default | Meaning |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function inWords(value: unknown, key: string): string {
  if (value === undefined || value === null)
    return key === "changelog" ? "CHANGELOG.md, if it exists" : "none";
  if (key === "engine" && isGroup(value)) return Object.values(value).map(asPlain).join(" ");
  if (key === "budget" && isGroup(value))
    return pairs(value, (one) => (isGroup(one) ? `(${pairs(one, String)})` : `$${one}`));
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(asCode).join(", ");
  if (isGroup(value)) return pairs(value, (one) => (isGroup(one) ? `(${pairs(one, String)})` : String(one)));
  return asPlain(value);
}

function asPlain(value: unknown): string {
  return typeof value === "string" && /\s/.test(value) ? asCode(value) : String(value);
}

/** A command may have several lines; what is said of it has one. */
function asCode(text: string): string {
  return `\`${text.trim().replaceAll(/\s*\n\s*/g, " ⏎ ")}\``;
}

function pairs(group: Record<string, unknown>, say: (value: unknown) => string): string {
  const said = Object.entries(group).map(([name, value]) => `${name} ${say(value)}`);
  return said.length === 0 ? "none" : said.join(", ");
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Flow style, which fits into a cell. JSON is YAML, and a plain word or number needs no quotes. */
function asYaml(value: unknown): string {
  return typeof value === "string" && /^[\w./-]+$/.test(value) ? value : JSON.stringify(value);
}
