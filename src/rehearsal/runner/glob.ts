/** Matches names and paths the way workflow files and artifact actions write patterns. Never reads a disk. */

/** `*` stays within a segment, `**` crosses, `?` one character, `[abc]`, `{a,b}` for artifact names. */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[\\^$.|+(){}\]]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    return token.startsWith("[") ? token.replace(/^\[!/, "[^") : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

/**
 * Whether a branch, tag or path passes a filter list of `on:`, where later patterns win and `!` takes back.
 * There `?` and `+` repeat the character before them.
 */
export function passesFilter(name: string, patterns: readonly string[]): boolean {
  return patterns.reduce(
    (passed, pattern) =>
      pattern.startsWith("!")
        ? passed && !filterToRegExp(pattern.slice(1)).test(name)
        : passed || filterToRegExp(pattern).test(name),
    false,
  );
}

function filterToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|[\\^$.|(){}]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    return token === "*" ? "[^/]*" : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}
