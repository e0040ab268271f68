/** What a shell script would delete, as far as its words tell. A second look: the sandbox is what keeps writes inside. */

import { simpleCommands } from "#core/court/shell-words.ts";

const DELETING = ["rm", "rmdir", "unlink", "shred"];

/** Words before a command that are none of it, such as `then`, `sudo` or `NAME=value`. */
const BEFORE = /^(?:then|do|else|if|while|until|sudo|command|exec|time|env|nohup|\w+=.*|)$/s;

/** What a script writes into a file or feeds to a program is not what it does. */
const HEREDOC = /<<-?[ \t]*(["']?)(\w+)\1([^\n]*)\n.*?^[ \t]*\2[ \t]*$/gms;

export type Deletion = {
  /** The commands that delete, as they were written. */
  commands: string[];
  /** What they name outside of the checkout. */
  outside: string[];
};

/** Null when nothing is deleted. `directory`: the absolute path of the checkout, from where the script starts. */
export function deletionIn(script: string, directory: string): Deletion | null {
  // What follows a pipe or a failure runs as well.
  const commands = simpleCommands(script.replace(HEREDOC, "$3").replaceAll("|", ";")).map(commandOf);
  const deleting = commands.flatMap((words) => {
    const operands = deletedBy(words);
    return operands === null ? [] : [{ text: words.join(" "), operands }];
  });
  if (deleting.length === 0) return null;
  const moved = commands.some(([program = ""]) => program === "cd" || program === "pushd");
  return {
    commands: deleting.map(({ text }) => text),
    outside: deleting
      .flatMap(({ operands }) => operands)
      .filter((path) => !isWithin(path, { directory, moved })),
  };
}

/** From the program on: `(sudo /bin/rm x)` is `rm x`. */
function commandOf(words: readonly { value: string }[]): string[] {
  const values = words.map(({ value }) => value.replace(/^[({!]+/, ""));
  const begin = values.findIndex((value) => !BEFORE.test(value));
  const program = values[begin]?.replace(/^.*\//, "") ?? "";
  const rest = words.slice(begin + 1).map(({ value }) => value);
  if (program !== "xargs") return [program, ...rest];
  const own = rest.findIndex((word) => !word.startsWith("-"));
  return own === -1 ? [program] : rest.slice(own);
}

/** What a command names to be deleted; null when it deletes nothing. */
function deletedBy([program = "", ...words]: readonly string[]): string[] | null {
  if (DELETING.includes(program)) return operandsOf(words);
  if (program === "git" && (words[0] === "rm" || words[0] === "clean")) return operandsOf(words.slice(1));
  const executed = words[words.findIndex((word) => /^-exec(dir)?$/.test(word)) + 1] ?? "";
  if (program === "find" && (words.includes("-delete") || DELETING.includes(executed))) {
    // Only the places where it begins stand before its first condition.
    const end = words.findIndex((word) => /^[-(!]/.test(word));
    return words.slice(0, end);
  }
  return null;
}

function operandsOf(words: readonly string[]): string[] {
  return words.filter((word) => !word.startsWith("-") && !/^\d*[<>]/.test(word));
}

/** What a variable holds, and where a `cd` led, is for the sandbox to judge. */
function isWithin(path: string, { directory, moved }: { directory: string; moved: boolean }): boolean {
  if (/^~|^\$\{?HOME\b/.test(path)) return false;
  if (path.startsWith("$")) return true;
  if (!path.startsWith("/")) return moved || resolved(path) !== null;
  return resolved(path)?.startsWith(`${directory}/`) ?? false;
}

/** Without `.` and `..`; null when it climbs above where it begins. */
function resolved(path: string): string | null {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") {
      if (kept.length === 0) return null;
      kept.pop();
    } else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `${path.startsWith("/") ? "/" : ""}${kept.join("/")}`;
}
