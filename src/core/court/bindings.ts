/** How a JavaScript file brings in a module, as far as another file can be written alike. Reads words, parses nothing. */

/** How a file binds a module: the statement as written, the name of all of it, and local names by exported name. */
export type Bound = { statement: string; whole: string; names: ReadonlyMap<string, string> };

export function bringing(module: string, { isModule }: { isModule: boolean }, whole = "test"): Bound {
  const statement = isModule ? `import ${whole} from "${module}";` : `const ${whole} = require("${module}");`;
  return { statement, whole, names: new Map() };
}

/** Null when the text does not bring it in by a statement of its own. */
export function bound(text: string, module: string): Bound | null {
  const from = `["']${module}["']`;
  const imports = new RegExp(`^[ \\t]*import\\s+(?!type\\b)([^;"']+?)\\s+from\\s+${from}`, "m").exec(text);
  const requires = new RegExp(
    `^[ \\t]*(?:const|let|var)\\s+([^;="']+?)\\s*=\\s*require\\(\\s*${from}\\s*\\)(\\.\\w+)?`,
    "m",
  ).exec(text);
  const found = imports ?? requires;
  if (found === null) return null;
  const [statement, clause = "", member = ""] = found;
  const listed = /\{([^}]*)\}/.exec(clause)?.[1] ?? "";
  const pairs = listed.split(",").flatMap((one): [string, string][] => {
    const [exported = "", local = exported] = one.trim().split(/\s*:\s*|\s+as\s+/);
    return exported === "" || exported.startsWith("type ") ? [] : [[exported, local]];
  });
  const whole = /^(?:\*\s+as\s+)?([A-Za-z_$][\w$]*)/.exec(clause.trim())?.[1] ?? "";
  const names = new Map(member === "" ? pairs : [[member.slice(1), whole]]);
  return { statement: `${statement.trim()};`, whole: member === "" ? whole : "", names };
}
