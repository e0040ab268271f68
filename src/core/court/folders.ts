/** Where a command runs: what `cd`, `--prefix`, `-C`, `--workspace` and their like make of the folder. Reads no file. */

import type { Word } from "#core/court/shell-words.ts";

export const MANAGERS = ["npm", "yarn", "pnpm", "bun"];

/** The packages of a repository that holds several. */
export type Packages = {
  /** The folder of a package by its name or path; null where there is none. */
  at: (name: string) => string | null;
  /** The folders of all of them, without the root. */
  all: readonly string[];
};

/** The same command without its words about folders, and the folders in which it runs. */
export type Moved = { folders: readonly string[]; words: readonly Word[] };

/** Options that say where, by program; the second group is a value written beside the first. None: in all packages. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  npm: /^(?:(--prefix|-C|-w|--workspace)(?:=(.*))?|-ws|--workspaces)$/s,
  yarn: /^(--cwd)(?:=(.*))?$/s,
  pnpm: /^(?:(--dir|-C|-F|--filter)(?:=(.*))?|-r|--recursive)$/s,
  bun: /^(--cwd|-F|--filter)(?:=(.*))?$/s,
  make: /^(--directory|-C)(?:=(.*))?$/s,
  go: /^(-C)(?:=(.*))?$/s,
};
const OF_A_PACKAGE = /^(?:-w|--workspace|--filter|-F)$/;

/** These read their own options behind the script's name as well; for the others these are the script's. */
const READS_ON = new Set(["npm", "make"]);

/** Null: nobody can say where. `words` begins with the program. */
export function movedBy(words: readonly Word[], folder: string, packages: Packages): Moved | null {
  const [head, ...rest] = words;
  const option = Object.hasOwn(OPTIONS, head?.value ?? "") ? OPTIONS[head?.value ?? ""] : undefined;
  if (head === undefined || option === undefined) return { folders: [folder], words };
  if (head.value === "yarn" && rest[0]?.value === "workspace") {
    const found = packages.at(rest[1]?.value ?? "");
    return found === null ? null : { folders: [found], words: [head, ...rest.slice(2)] };
  }
  const end = endOfOptions(head.value, rest, option);
  const own = rest.slice(0, end);
  const options = own.map(({ value }) => option.exec(value));
  const kept = own.filter((_, at) => !options[at] && !takesNext(options[at - 1]));
  const at = options.findLastIndex((option) => option !== null);
  const said = options[at];
  const folders = said ? foldersOf(said, own[at + 1]?.value ?? "", { folder, packages }) : [folder];
  return folders && { folders, words: [head, ...kept, ...rest.slice(end)] };
}

type Option = RegExpExecArray | null | undefined;

function takesNext(option: Option): boolean {
  return option?.[1] !== undefined && option[2] === undefined;
}

function foldersOf(
  [, option, beside]: RegExpExecArray,
  next: string,
  { folder, packages }: { folder: string; packages: Packages },
): readonly string[] | null {
  if (option === undefined) return packages.all;
  const told = beside ?? next;
  const found = OF_A_PACKAGE.test(option) ? packages.at(told) : within(folder, told);
  return found === null ? null : [found];
}

/** Behind it stands what is the script's or the program's. */
function endOfOptions(program: string, rest: readonly Word[], option: RegExp): number {
  const end = rest.findIndex(({ value }, at) => {
    const isTaken = takesNext(option.exec(rest[at - 1]?.value ?? ""));
    const isName = !value.startsWith("-") && value !== "run" && !isTaken;
    return value === "--" || (isName && !READS_ON.has(program));
  });
  return end < 0 ? rest.length : end;
}

/** A path from a folder as one from the root, which is empty; null for what lies outside or only a shell can tell. */
export function within(folder: string, path: string): string | null {
  if (/^[/~-]|[$`*?[]/.test(path)) return null;
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** A path from the root as one from the folder; null where it lies outside. */
export function pathFrom(folder: string, path: string): string | null {
  if (folder === "") return path;
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}
