/** Splits a shell script into its simple commands, and quotes words for one. Understands quotes and separators, expands nothing. */

/** `raw` as it was written, quotes included; `value` without them. */
export type Word = { raw: string; value: string };

const TOKEN =
  /[^\S\n]*(&&|\|\||[;|&\n]|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|[^\s;&|"'\\]|["'])+)/gsy;

/** In order, without what only follows a pipe or a failure: `a | b`, `a || b`. */
export function simpleCommands(script: string): Word[][] {
  const commands: Word[][] = [];
  let words: Word[] = [];
  let counts = true;
  const end = (): void => {
    if (counts && words.length > 0) commands.push(words);
    words = [];
  };
  for (const [, token = ""] of script.replaceAll("\\\n", " ").matchAll(TOKEN)) {
    if (/^(?:&&|\|\||[;|&\n])$/.test(token)) {
      end();
      counts = !token.startsWith("|");
    } else words.push({ raw: token, value: unquoted(token) });
  }
  end();
  return commands;
}

/** A word as a shell reads it literally. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A path as an argument that no program takes for an option. */
export function quotedPath(path: string): string {
  return quoted(path.startsWith("-") ? `./${path}` : path);
}

function unquoted(raw: string): string {
  return raw.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/gs, (_whole, double, single, escaped) =>
    double !== undefined ? String(double).replace(/\\(["\\$`])/g, "$1") : String(single ?? escaped),
  );
}
