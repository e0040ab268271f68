/** Makes a repository with one commit on `main`. The same files and message always give the same commit. */

import { join } from "node:path";
import { initBare } from "#adapters/git/git.ts";
import type { FileTree } from "#rehearsal/replay/file-tree.ts";

/** Who a replay's first commit is by, and when: nobody and no time in particular. */
const BY = "Daybreak <daybreak@users.noreply.github.com> 946684800 +0000";

/** `directory` must not exist yet; it is left checked out. */
export async function commitFiles(directory: string, files: FileTree, message: string): Promise<void> {
  const git = await initBare(join(directory, ".git"));
  await git.raw(["fast-import", "--quiet"], { input: streamOf(files, message) });
  await git.raw(["symbolic-ref", "HEAD", "refs/heads/main"]);
  await git.raw(["config", "core.bare", "false"]);
  // The repository's own index: what is checked out is what was committed.
  const environment = { GIT_INDEX_FILE: join(directory, ".git", "index"), GIT_WORK_TREE: directory };
  await git.raw(["read-tree", "--reset", "-u", "main"], { environment });
}

/** All files in one go, in the format of git-fast-import. No path holds a control character: JSON quotes like git. */
function streamOf(files: FileTree, message: string): Buffer {
  const data = (bytes: Uint8Array): Uint8Array[] => [Buffer.from(`data ${bytes.length}\n`), bytes, NEWLINE];
  return Buffer.concat([
    Buffer.from(`commit refs/heads/main\nauthor ${BY}\ncommitter ${BY}\n`),
    ...data(Buffer.from(message)),
    ...[...files].flatMap(([path, { content, executable }]) => [
      Buffer.from(`M ${executable ? "100755" : "100644"} inline ${JSON.stringify(path)}\n`),
      ...data(content),
    ]),
  ]);
}

const NEWLINE = Buffer.from("\n");
