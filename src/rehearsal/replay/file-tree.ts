/** Files of a tree as bytes in memory, and what differs between two of them. Touches no disk. */

/** Keyed by the path from the root, in the order of the paths. */
export type FileTree = ReadonlyMap<string, TreeFile>;

export type TreeFile = { content: Uint8Array; executable: boolean };

/** `old` is null for a new file. */
export type Difference = {
  written: { path: string; old: TreeFile | null; file: TreeFile }[];
  gone: string[];
};

/** The same files in the one order in which everything that follows is derived. */
export function fileTree(files: Iterable<readonly [path: string, file: TreeFile]>): FileTree {
  return new Map([...new Map(files)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function textFile(text: string): TreeFile {
  return { content: new TextEncoder().encode(text), executable: false };
}

/** The text of a file, a byte order mark included; null where bytes would get lost. */
export function textOf({ content }: TreeFile): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

export function differenceOf(before: FileTree, after: FileTree): Difference {
  return {
    written: [...after].flatMap(([path, file]) => {
      const old = before.get(path) ?? null;
      return old && isSame(old, file) ? [] : [{ path, old, file }];
    }),
    gone: [...before.keys()].filter((path) => !after.has(path)),
  };
}

function isSame(one: TreeFile, other: TreeFile): boolean {
  return one.executable === other.executable && Buffer.compare(one.content, other.content) === 0;
}
