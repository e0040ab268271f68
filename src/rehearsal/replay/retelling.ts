/** A script in which the scripted model turns one tree into another through its tools, then says that it is done. */

import { dirname } from "node:path/posix";
import { quoted } from "#core/court/shell-words.ts";
import { aTurn, type Script, type Turn } from "#rehearsal/model/script.ts";
import { differenceOf, type FileTree, type TreeFile, textOf } from "#rehearsal/replay/file-tree.ts";

type Call = Turn["tools"][number];

/** Files the model looks at before it writes. */
const MOST_READ = 2;
/** Calls and characters of one answer: an answer that is longer than the engine asks for would be cut in half. */
const MOST_CALLS = 8;
const LONGEST_ANSWER = 60_000;
/** Bytes of one piece of a file that is not written as text. A multiple of 3, so that its base64 has no padding within. */
const PIECE = 36_000;
/** Paths of one shell command, which has its own limit on length. */
const MOST_PATHS = 100;

export function retelling(given: {
  milestone: string;
  before: FileTree;
  after: FileTree;
  summary: string;
}): Script {
  const { milestone, before, after, summary } = given;
  const { written, gone } = differenceOf(before, after);
  const changes = [
    ...inGroups(vanished(gone, after)).map((paths) => bash(`rm -r -- ${paths}`)),
    ...written.flatMap(({ path, file }) => writing(path, file)),
    ...inGroups(
      written.filter(({ old, file }) => file.executable && !old?.executable).map(({ path }) => path),
    ).map((paths) => bash(`chmod +x -- ${paths}`)),
    ...inGroups(
      written.filter(({ old, file }) => old?.executable && !file.executable).map(({ path }) => path),
    ).map((paths) => bash(`chmod -x -- ${paths}`)),
  ];
  const reads = written
    .filter(({ old }) => old && old.content.length < LONGEST_ANSWER && textOf(old) !== null)
    .slice(0, MOST_READ)
    .map(({ path }) => ({ name: "read", input: { file_path: path } }));
  const looks = reads.length > 0 ? reads : [{ name: "glob", input: { pattern: "*" } }];
  const turns = [
    aTurn({ text: "First I look at what is there.", tools: looks }),
    ...answersOf(changes).map((tools) => aTurn({ tools })),
    aTurn({ tools: [{ name: "finish", input: { status: "done", summary } }] }),
  ];
  return { version: 1, milestones: [{ milestone, attempt: 1, phase: "work", turns }] };
}

/** Of each path that is gone, the topmost folder that goes with it: a file may take its place. */
function vanished(gone: readonly string[], after: FileTree): string[] {
  const standing = new Set([...after.keys()].flatMap(foldersOf));
  return [
    ...new Set(gone.map((path) => foldersOf(path).findLast((folder) => !standing.has(folder)) ?? path)),
  ];
}

/** The folders of a path, the innermost first. */
function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}

function writing(path: string, file: TreeFile): Call[] {
  const text = textOf(file);
  if (text !== null && file.content.length < LONGEST_ANSWER)
    return [{ name: "write", input: { file_path: path, content: text } }];
  const bytes = Buffer.from(file.content);
  const folder = `mkdir -p -- ${quoted(dirname(path))}`;
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, index) =>
    bytes.subarray(index * PIECE, (index + 1) * PIECE).toString("base64"),
  );
  return pieces.map((piece, index) =>
    index === 0
      ? bash(`${folder} && printf %s ${piece} | base64 -d > ${quoted(`./${path}`)}`)
      : bash(`printf %s ${piece} | base64 -d >> ${quoted(`./${path}`)}`),
  );
}

function bash(command: string): Call {
  return { name: "bash", input: { command } };
}

/** Shell words of the paths, a limited number at a time. */
function inGroups(paths: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(paths.length / MOST_PATHS) }, (_, index) =>
    paths
      .slice(index * MOST_PATHS, (index + 1) * MOST_PATHS)
      .map((path) => quoted(path))
      .join(" "),
  );
}

function answersOf(calls: readonly Call[]): Call[][] {
  const answers: Call[][] = [];
  let length = 0;
  for (const call of calls) {
    const size = JSON.stringify(call.input).length;
    const last = answers.at(-1);
    if (last && last.length < MOST_CALLS && length + size <= LONGEST_ANSWER) {
      last.push(call);
      length += size;
    } else {
      answers.push([call]);
      length = size;
    }
  }
  return answers;
}
