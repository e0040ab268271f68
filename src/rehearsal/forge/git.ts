/** The bare repository, asked and changed by git itself. Knows nothing of pulls, rules or tokens. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Asker, type Named, openAsker } from "#rehearsal/forge/asker.ts";

/** What every git process sees of the machine: its tools, and none of its settings. */
export function gitEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    // biome-ignore lint/style/noProcessEnv: git is found where whoever rehearses has it.
    PATH: process.env.PATH,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    LC_ALL: "C",
    ...more,
  };
}

export type GitAnswer = { code: number; output: Buffer; error: string };

/** Runs git to its end. Never rejects because git refused: that is the code. */
export function runGit(
  args: readonly string[],
  more: { environment?: Readonly<Record<string, string>>; input?: string | Buffer } = {},
): Promise<GitAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GitAnswer>();
  const child = spawn("git", args, { env: gitEnvironment(more.environment), stdio: "pipe" });
  const output: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => output.push(piece));
  child.stderr.on("data", (piece: Buffer) => error.push(piece));
  child.stdin.on("error", () => undefined);
  child.on("error", reject);
  child.on("close", (code) =>
    resolve({ code: code ?? 1, output: Buffer.concat(output), error: Buffer.concat(error).toString() }),
  );
  child.stdin.end(more.input ?? "");
  return promise;
}

export type Person = { name: string; email: string; date: string };

export type Commit = {
  sha: string;
  tree: string;
  parents: string[];
  message: string;
  author: Person;
  committer: Person;
};

export type NewCommit = Omit<Commit, "sha">;

export class Git {
  readonly directory: string;
  readonly #environment: Readonly<Record<string, string>>;
  /** Null in a quarantine: its objects are gone a moment later. */
  readonly #asker: Asker | null;
  /** What commits say of themselves and of each other never changes. */
  readonly #commits = new Map<string, Promise<Commit>>();
  readonly #ancestors = new Map<string, Promise<boolean>>();

  constructor(directory: string, environment: Readonly<Record<string, string>> = {}) {
    this.directory = directory;
    this.#environment = environment;
    this.#asker = Object.keys(environment).length === 0 ? openAsker(directory, gitEnvironment()) : null;
  }

  close(): void {
    this.#asker?.close();
  }

  /** The same repository, seen together with objects a push has not yet handed in. */
  during(quarantine: string): Git {
    return new Git(this.directory, {
      GIT_OBJECT_DIRECTORY: quarantine,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: `${this.directory}/objects`,
    });
  }

  try(args: readonly string[], input?: string | Buffer): Promise<GitAnswer> {
    return runGit(["--git-dir", this.directory, ...args], {
      environment: this.#environment,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Output without its last line end. Throws when git refuses. */
  async ask(args: readonly string[], input?: string | Buffer): Promise<string> {
    const { code, output, error } = await this.try(args, input);
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${error.trim()}`);
    return output.toString().replace(/\n$/, "");
  }

  async lines(args: readonly string[]): Promise<string[]> {
    const output = await this.ask(args);
    return output === "" ? [] : output.split("\n");
  }

  /** The commit a branch, tag, full ref or (abbreviated) sha names, or null. */
  async commitOf(name: string): Promise<string | null> {
    if (name.startsWith("-")) return null;
    const isExact = /^(refs\/.+|[0-9a-f]{40})$/.test(name);
    for (const candidate of isExact
      ? [name]
      : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name]) {
      const found = await this.#meaning(`${candidate}^{commit}`);
      if (found !== null) return found.id;
    }
    return null;
  }

  async #meaning(name: string): Promise<Named | null> {
    if (this.#asker) return await this.#asker.ask(name);
    const { output } = await this.try(["cat-file", "--batch-check"], `${name}\n`);
    const [, id, type] = /^([0-9a-f]{40}) (\w+) \d+$/m.exec(output.toString()) ?? [];
    return id === undefined || type === undefined ? null : { id, type };
  }

  async has(sha: string, type: "commit" | "tree" | "blob"): Promise<boolean> {
    if (!/^[0-9a-f]{40}$/.test(sha)) return false;
    return (await this.#meaning(sha))?.type === type;
  }

  /** Branches and tags by full name. */
  async refs(): Promise<Map<string, string>> {
    const lines = await this.lines([
      "for-each-ref",
      "--format=%(refname) %(objectname)",
      "refs/heads",
      "refs/tags",
    ]);
    return new Map(lines.map((line) => line.split(" ") as [string, string]));
  }

  /** Compare-and-swap; null means absent, before or after. False when the ref is not at `before`. */
  async updateRef(ref: string, after: string | null, before: string | null): Promise<boolean> {
    const zero = "0".repeat(40);
    const args = after === null ? ["-d", ref, before ?? zero] : [ref, after, before ?? zero];
    return (await this.try(["update-ref", ...args])).code === 0;
  }

  async setRef(ref: string, sha: string | null): Promise<void> {
    await this.try(sha === null ? ["update-ref", "-d", ref] : ["update-ref", ref, sha]);
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    const pair = `${older} ${newer}`;
    const known = this.#ancestors.get(pair);
    if (known) return await known;
    const asked = this.try(["merge-base", "--is-ancestor", older, newer]).then(({ code }) => {
      // 128: one of them is not here yet.
      if (code > 1) this.#ancestors.delete(pair);
      return code === 0;
    });
    if (/^[0-9a-f]{40} [0-9a-f]{40}$/.test(pair)) this.#ancestors.set(pair, asked);
    return await asked;
  }

  async mergeBase(one: string, other: string): Promise<string | null> {
    const { code, output } = await this.try(["merge-base", one, other]);
    return code === 0 ? output.toString().trim() : null;
  }

  async count(range: string): Promise<number> {
    return Number(await this.ask(["rev-list", "--count", range]));
  }

  /** Newest first unless reversed. */
  async commits(range: readonly string[]): Promise<Commit[]> {
    const format = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01";
    const output = await this.ask(["log", `--format=${format}`, ...range, "--"]);
    return output.split("\x01").slice(0, -1).map(readCommit);
  }

  async commit(sha: string): Promise<Commit> {
    const known = this.#commits.get(sha);
    if (known) return await known;
    const read = this.commits(["-1", sha]).then(([commit]) => {
      if (commit === undefined) throw new Error(`no commit ${sha}`);
      return commit;
    });
    if (/^[0-9a-f]{40}$/.test(sha)) this.#commits.set(sha, read);
    read.catch(() => this.#commits.delete(sha));
    return await read;
  }

  /** Written byte by byte, so that author, committer and dates are exactly the ones given. */
  async writeCommit(commit: NewCommit): Promise<string> {
    const person = ({ name, email, date }: Person): string => `${name} <${email}> ${gitDate(date)}`;
    const text = [
      `tree ${commit.tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${person(commit.author)}`,
      `committer ${person(commit.committer)}`,
      "",
      commit.message,
    ].join("\n");
    return await this.ask(["hash-object", "-t", "commit", "-w", "--stdin"], text);
  }

  /**
   * A tree from `base` (or from nothing) and lines for `update-index --index-info`; mode 0 removes a path.
   * Null when git finds a path malformed.
   */
  async writeTree(base: string | null, lines: readonly string[]): Promise<string | null> {
    const index = await mkdtemp(join(tmpdir(), "forge-index-"));
    try {
      const staged = new Git(this.directory, { ...this.#environment, GIT_INDEX_FILE: join(index, "index") });
      await staged.ask(["read-tree", base ?? "--empty"]);
      for (const line of lines.filter((one) => one.startsWith("040000 "))) {
        const [, object = "", path = ""] = /^040000 (\S+)\t(.*)$/s.exec(line) ?? [];
        if ((await staged.try(["read-tree", `--prefix=${path}/`, object])).code !== 0) return null;
      }
      const info = lines.filter((one) => !one.startsWith("040000 ")).map((one) => `${one}\0`);
      const { code } = await staged.try(["update-index", "-z", "--index-info"], info.join(""));
      return code === 0 ? await staged.ask(["write-tree"]) : null;
    } finally {
      await rm(index, { recursive: true, force: true });
    }
  }

  /** The tree in which both sides are merged, or null when they conflict. */
  async mergeTree(base: string, head: string): Promise<string | null> {
    const { code, output, error } = await this.try(["merge-tree", "--write-tree", base, head]);
    if (code > 1) throw new Error(`git merge-tree: ${error.trim()}`);
    return code === 0 ? output.toString().trim() : null;
  }
}

function readCommit(record: string): Commit {
  const [
    sha = "",
    tree = "",
    parents = "",
    an = "",
    ae = "",
    ad = "",
    cn = "",
    ce = "",
    cd = "",
    message = "",
  ] = record.replace(/^\n/, "").split("\0");
  return {
    sha,
    tree,
    parents: parents === "" ? [] : parents.split(" "),
    message: message.replace(/\n+$/, ""),
    author: { name: an, email: ae, date: utc(ad) },
    committer: { name: cn, email: ce, date: utc(cd) },
  };
}

/** GitHub speaks UTC with seconds. */
export function utc(date: string | number): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
}

function gitDate(date: string): string {
  return `${Math.floor(new Date(date).getTime() / 1000)} +0000`;
}
