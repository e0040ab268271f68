/** The values that literals stand for. Reads single literals of all languages; never evaluates code. */

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0",
  a: "\x07",
};

/** The text of a string literal without prefix, quotes and escapes. */
export function stringValue(source: string): string {
  const prefix = /^[a-zA-Z]{1,3}(?=["'])/.exec(source)?.[0] ?? "";
  const quoted = source.slice(prefix.length);
  const quote = /^("""|'''|["'`])/.exec(quoted)?.[0] ?? "";
  const end =
    quote !== "" && quoted.length >= 2 * quote.length && quoted.endsWith(quote) ? -quote.length : undefined;
  const inner = quoted.slice(quote.length, end);
  return /r/i.test(prefix) ? inner : unescaped(inner);
}

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  const escapes =
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(\r?\n)|([\s\S]))/g;
  return text.replace(escapes, (_, ...groups: (string | undefined)[]) => {
    const hex = groups.slice(0, 4).find((group) => group !== undefined);
    if (hex !== undefined) {
      const point = Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    }
    const character = groups[5] ?? "";
    return ESCAPES[character] ?? character;
  });
}

/** One spelling for each number: `1_000`, `1e3` and `1000.0` are all `1000`. */
export function numberValue(source: string): string {
  const plain = source.replaceAll("_", "").replace(/n$/, "");
  const value = Number(plain);
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))
    ? String(value)
    : plain;
}
