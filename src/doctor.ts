/** `daybreak doctor --attack`: tries every known way out of the sandbox where it stands, and prints what held. */

import { parseArgs } from "node:util";
import { attack, type Row } from "#adapters/sandbox/attack.ts";
import { openSandbox } from "#adapters/sandbox/open-sandbox.ts";
import { toolFolders } from "#adapters/sandbox/tool-folders.ts";
import { Failure } from "#core/errors.ts";

/**
 * Gives back the exit code: 1 when anything is open. `path`: the caller's PATH, whose tools stay readable inside.
 * @throws Failure USAGE; SANDBOX_UNAVAILABLE when there is nothing to attack.
 */
export async function runDoctor(
  args: readonly string[],
  out: (line: string) => void,
  path: string,
): Promise<number> {
  const { attack: wanted, json } = optionsIn(args);
  if (!wanted) throw new Failure("USAGE", "doctor needs --attack");
  const readable = toolFolders(path);
  const { name } = await openSandbox({ bare: false, readable });
  const rows = await attack((given) => openSandbox({ bare: false, readable, ...given }));
  const open = rows.filter(({ because }) => because !== null).length;
  if (json) out(JSON.stringify({ sandbox: name, rows, open }, null, 2));
  else {
    out(`${name}\n`);
    for (const line of table(rows)) out(line);
    out(`\n${rows.length} attacks, ${rows.length - open} blocked, ${open} open`);
  }
  return open > 0 ? 1 : 0;
}

function table(rows: readonly Row[]): string[] {
  return rows.map(({ id, name, because }) =>
    because === null ? `${id}  blocked  ${name}` : `${id}  OPEN     ${name}: ${because}`,
  );
}

function optionsIn(args: readonly string[]): { attack: boolean; json: boolean } {
  try {
    const options = { attack: { type: "boolean" }, json: { type: "boolean" } } as const;
    const { values } = parseArgs({ args: [...args], options, strict: true });
    return { attack: values.attack === true, json: values.json === true };
  } catch (cause) {
    throw new Failure("USAGE", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
