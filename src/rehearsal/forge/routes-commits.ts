/** Commits, comparisons and file contents. Read only. */

import { filesBetween } from "#rehearsal/forge/diffs.ts";
import { commitFace, type Json, repositoryApi, repositoryPage } from "#rehearsal/forge/faces.ts";
import {
  type Call,
  notFound,
  page,
  param,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import type { World } from "#rehearsal/forge/world.ts";

export const COMMIT_ROUTES: readonly Route[] = [
  { method: "GET", path: "compare/{basehead*}", needs: ["contents:read"], handle: compare },
  { method: "GET", path: "contents/{path*}", needs: ["contents:read"], handle: contents },
  { method: "GET", path: "contents", needs: ["contents:read"], handle: contents },
  { method: "GET", path: "commits", needs: ["contents:read"], handle: commits },
  { method: "GET", path: "commits/{ref*}", needs: ["contents:read"], handle: commit },
];

async function commits(call: Call): Promise<Reply> {
  const { world, query } = call;
  const start = await world.git.commitOf(query.get("sha") ?? world.options.repository.defaultBranch);
  if (start === null) throw notFound();
  return page(call, await world.git.commits([start]), (one) => commitFace(world, one));
}

async function commit(call: Call): Promise<Reply> {
  const { world } = call;
  const ref = param(call, "ref");
  const sha = await world.git.commitOf(ref);
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  const found = await world.git.commit(sha);
  const files = await filesBetween(world, found.parents[0] ?? null, sha);
  const total = (key: string): number => files.reduce((sum, file) => sum + Number(file[key]), 0);
  const stats = { additions: total("additions"), deletions: total("deletions"), total: total("changes") };
  return { status: 200, body: { ...commitFace(world, found), stats, files: files.slice(0, 300) } };
}

async function compare(call: Call): Promise<Reply> {
  const { world } = call;
  const [left = "", right = ""] = param(call, "basehead").split("...");
  const base = await world.git.commitOf(left);
  const head = await world.git.commitOf(right);
  if (base === null || head === null) throw notFound();
  const fork = await world.git.mergeBase(base, head);
  if (fork === null) throw new Refusal(404, `No common ancestor between ${left} and ${right}.`);
  const ahead = await world.git.commits(["--reverse", `${base}..${head}`]);
  const behind = await world.git.count(`${head}..${base}`);
  const url = `${repositoryApi(world)}/compare/${left}...${right}`;
  const html = `${repositoryPage(world)}/compare/${left}...${right}`;
  const listed = page(call, ahead, (one) => commitFace(world, one));
  const body: Json = {
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitFace(world, await world.git.commit(base)),
    merge_base_commit: commitFace(world, await world.git.commit(fork)),
    status: standing(ahead.length, behind),
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits:
      call.query.has("page") || call.query.has("per_page")
        ? listed.body
        : ahead.slice(-250).map((one) => commitFace(world, one)),
    files: (await filesBetween(world, fork, head)).slice(0, 300),
  };
  return { status: 200, body };
}

function standing(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
}

async function contents(call: Call): Promise<Reply> {
  const { world } = call;
  const path = (call.params.path ?? "").replace(/\/$/, "");
  const ref = call.query.get("ref") ?? world.options.repository.defaultBranch;
  const sha = await world.git.commitOf(ref);
  if (sha === null) throw new Refusal(404, `No commit found for the ref ${ref}`);
  const [entry] = path === "" ? [DIRECTORY] : await entries(world, sha, path);
  if (entry === undefined) throw notFound();
  if (entry.type === "tree") {
    const inside = await entries(world, sha, path === "" ? "" : `${path}/`);
    return { status: 200, body: inside.map((one) => entryFace(world, one, ref)) };
  }
  const { output } = await world.git.try(["cat-file", "blob", entry.sha]);
  if (call.accept.includes("raw")) {
    return {
      status: 200,
      body: output,
      headers: { "content-type": "application/vnd.github.raw; charset=utf-8" },
    };
  }
  const content = output.toString("base64").replace(/(.{60})/g, "$1\n");
  return { status: 200, body: { ...entryFace(world, entry, ref), content, encoding: "base64" } };
}

type Entry = { type: string; mode: string; sha: string; size: number; path: string };

const DIRECTORY: Entry = { type: "tree", mode: "040000", sha: "", size: 0, path: "" };

async function entries(world: World, commitSha: string, path: string): Promise<Entry[]> {
  const literal = path === "" ? [] : ["--", path];
  const { output } = await world.git.try(["ls-tree", "-z", "-l", commitSha, ...literal]);
  return output
    .toString()
    .split("\0")
    .slice(0, -1)
    .map((line) => {
      const [facts = "", name = ""] = line.split("\t");
      const [mode = "", type = "", sha = "", size = "0"] = facts.split(/ +/);
      return { mode, type, sha, size: Number(size) || 0, path: name };
    });
}

function entryFace(world: World, entry: Entry, ref: string): Json {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const url = `${repositoryApi(world)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const kind = entry.type === "tree" ? "tree" : "blob";
  const git = `${repositoryApi(world)}/git/${kind}s/${entry.sha}`;
  const html = `${repositoryPage(world)}/${kind}/${encodeURIComponent(ref)}/${path}`;
  return {
    name: entry.path.replace(/^.*\//, ""),
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    type: typeOf(entry),
    url,
    git_url: git,
    html_url: html,
    download_url: kind === "tree" ? null : `${repositoryPage(world)}/raw/${encodeURIComponent(ref)}/${path}`,
    _links: { self: url, git, html },
  };
}

function typeOf({ type, mode }: Entry): string {
  if (type === "tree") return "dir";
  if (type === "commit") return "submodule";
  return mode === "120000" ? "symlink" : "file";
}
