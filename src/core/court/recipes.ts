/** The named commands of a repository: scripts of a package.json and recipes of a simple Makefile. Reads no file. */

import * as z from "zod";

const Manifest = z.looseObject({
  name: z.string().nullable().catch(null),
  scripts: z.record(z.string(), z.string().catch("")).catch({}),
});

export function scriptsOf(manifest: string | null): Record<string, string> {
  return manifestIn(manifest)?.scripts ?? {};
}

/** The package's own name; null where it has none. */
export function nameIn(manifest: string | null): string | null {
  return manifestIn(manifest)?.name ?? null;
}

function manifestIn(text: string | null): z.infer<typeof Manifest> | null {
  try {
    return Manifest.parse(JSON.parse((text ?? "").replace(/^\u{FEFF}/u, "")));
  } catch {
    return null;
  }
}

const RULE = /^([\w./ -]+):(?!=)([^#]*)/;
const DEFINITION = /^([A-Za-z_]\w*)\s*[:?]?=\s*(.*)$/;

/**
 * By target, one shell script each: what its prerequisites run, then its own lines. Knows variables that are set to
 * plain text; a line with anything more is left out.
 */
export function recipesOf(makefile: string): Record<string, string> {
  const variables = new Map<string, string>();
  const rules = new Map<string, { needs: string[]; lines: string[] }>();
  let open: { needs: string[]; lines: string[] }[] = [];
  for (const line of makefile.replaceAll("\\\n", " ").split("\n")) {
    if (line.startsWith("\t")) {
      for (const rule of open) rule.lines.push(line.trim().replace(/^[@+-]+/, ""));
      continue;
    }
    const definition = DEFINITION.exec(line);
    if (definition) variables.set(definition[1] ?? "", definition[2]?.trim() ?? "");
    const [, targets, needs = ""] = definition ? [] : (RULE.exec(line) ?? []);
    if (targets === undefined) continue;
    open = targets
      .trim()
      .split(/\s+/)
      .map((target) => {
        const rule = rules.get(target) ?? { needs: [], lines: [] };
        rule.needs.push(...needs.split(/\s+/).filter(Boolean));
        rules.set(target, rule);
        return rule;
      });
  }
  const linesOf = (target: string, seen: readonly string[]): string[] => {
    const rule = rules.get(target);
    if (rule === undefined || seen.includes(target)) return [];
    const before = rule.needs.flatMap((need) => linesOf(need, [...seen, target]));
    return [...before, ...rule.lines.flatMap((line) => expanded(line, variables) ?? [])];
  };
  return Object.fromEntries([...rules.keys()].map((target) => [target, linesOf(target, []).join("\n")]));
}

/** How deep a variable may name others. */
const DEEPEST = 8;

function expanded(line: string, variables: ReadonlyMap<string, string>): string | null {
  let text = line;
  for (let depth = 0; depth < DEEPEST && /\$[({]\w+[)}]/.test(text); depth += 1) {
    text = text.replace(/\$[({](\w+)[)}]/g, (whole, name) => variables.get(name) ?? whole).slice(0, 10_000);
  }
  return /(?<!\$)\$(?!\$)/.test(text.replaceAll("$$", "")) ? null : text.replaceAll("$$", "$");
}
