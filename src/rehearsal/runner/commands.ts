/** Reads what a step says: workflow commands in its output, pairs in its environment files. Pure. */

export type Command = { name: string; value: string };

/** `::name key=value::text`, or null for an ordinary line. */
export function parseCommand(line: string): Command | null {
  const text = line.trimStart();
  const end = text.startsWith("::") ? text.indexOf("::", 2) : -1;
  const name = end < 0 ? "" : (text.slice(2, end).split(" ")[0] ?? "");
  if (name === "") return null;
  const value = text
    .slice(end + 2)
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%25", "%");
  return { name: name.toLowerCase(), value };
}

/** `key=value` lines and `key<<DELIMITER … DELIMITER` blocks, in order. Throws on anything else, as GitHub does. */
export function parsePairs(content: string): Array<[string, string]> {
  const lines = content.split(/\r?\n/);
  const pairs: Array<[string, string]> = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const block = line.indexOf("<<");
    if (block >= 0 && (equals < 0 || block < equals)) {
      const end = lines.indexOf(line.slice(block + 2), index + 1);
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${line.slice(block + 2)}'`);
      pairs.push([line.slice(0, block), lines.slice(index + 1, end).join("\n")]);
      index = end;
    } else if (equals > 0) pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
    else throw new Error(`Invalid format '${line}'`);
  }
  return pairs;
}
