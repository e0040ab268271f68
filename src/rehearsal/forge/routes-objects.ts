/** Blobs, trees and commits: what the git database takes in and gives out. Moves no ref. */

import * as z from "zod";
import { gitCommitFace, type Json, nodeId, noreply, repositoryApi } from "#rehearsal/forge/faces.ts";
import { utc } from "#rehearsal/forge/git.ts";
import {
  bodyOf,
  type Call,
  notFound,
  param,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import { now, type World } from "#rehearsal/forge/world.ts";

export const OBJECT_ROUTES: readonly Route[] = [
  { method: "GET", path: "git/commits/{sha}", needs: ["contents:read"], handle: commit },
  { method: "POST", path: "git/commits", needs: ["contents:write"], handle: newCommit },
  { method: "GET", path: "git/trees/{sha*}", needs: ["contents:read"], handle: tree },
  { method: "POST", path: "git/trees", needs: ["contents:write"], handle: newTree },
  { method: "GET", path: "git/blobs/{sha}", needs: ["contents:read"], handle: blob },
  { method: "POST", path: "git/blobs", needs: ["contents:write"], handle: newBlob },
];

async function commit(call: Call): Promise<Reply> {
  const { world } = call;
  const sha = param(call, "sha");
  if (!(await world.git.has(sha, "commit"))) throw notFound();
  return { status: 200, body: gitCommitFace(world, await world.git.commit(sha)) };
}

const Person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });

const NewCommit = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: Person.optional(),
  committer: Person.optional(),
});

async function newCommit(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const body = bodyOf(call, NewCommit);
  if (!(await world.git.has(body.tree, "tree"))) throw new Refusal(422, "Tree SHA does not exist");
  for (const parent of body.parents) {
    if (!(await world.git.has(parent, "commit"))) {
      throw new Refusal(422, "Parent SHA does not exist or is not a commit object");
    }
  }
  const self = { name: holder.actor.login, email: noreply(holder.actor) };
  const author = dated(body.author ?? self);
  const committer = dated(body.committer ?? body.author ?? self);
  const { message, tree: treeSha, parents } = body;
  const sha = await world.git.writeCommit({ message, tree: treeSha, parents, author, committer });
  return { status: 201, body: gitCommitFace(world, await world.git.commit(sha)) };
}

function dated(person: z.infer<typeof Person>): { name: string; email: string; date: string } {
  return { name: person.name, email: person.email, date: utc(person.date ?? now()) };
}

async function tree(call: Call): Promise<Reply> {
  const name = param(call, "sha");
  if (name.startsWith("-")) throw notFound();
  const found = await call.world.git.try([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${name}^{tree}`,
  ]);
  if (found.code !== 0) throw notFound();
  return {
    status: 200,
    body: await treeFace(call.world, found.output.toString().trim(), call.query.has("recursive")),
  };
}

async function treeFace(world: World, sha: string, recursive: boolean): Promise<Json> {
  const listed = await world.git.ask(["ls-tree", "-z", "-l", ...(recursive ? ["-r", "-t"] : []), sha]);
  const api = `${repositoryApi(world)}/git`;
  const entries = listed
    .split("\0")
    .slice(0, -1)
    .map((line) => {
      const [facts = "", path = ""] = line.split("\t");
      const [mode = "", type = "", object = "", size = "-"] = facts.split(/ +/);
      const url = `${api}/${type}s/${object}`;
      return { path, mode, type, sha: object, ...(size === "-" ? {} : { size: Number(size) }), url };
    });
  return { sha, url: `${api}/trees/${sha}`, tree: entries, truncated: false };
}

const NewTree = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
      type: z.enum(["blob", "tree", "commit"]).optional(),
      sha: z.string().nullable().optional(),
      content: z.string().optional(),
    }),
  ),
});

/** Built in an index of its own, so that paths of any depth, deletions and a base tree are git's own business. */
async function newTree(call: Call): Promise<Reply> {
  const { world } = call;
  const body = bodyOf(call, NewTree);
  const { base_tree: base } = body;
  if (base !== undefined && !(await world.git.has(base, "tree")) && !(await world.git.has(base, "commit"))) {
    throw new Refusal(404, "Not Found");
  }
  const lines: string[] = [];
  for (const { path, mode, sha, content } of body.tree) {
    const object = content === undefined ? (sha ?? null) : await writeBlob(world, Buffer.from(content));
    if (object === null) lines.push(`0 ${"0".repeat(40)}\t${path}`);
    else if (await known(world, object, mode)) lines.push(`${mode} ${object}\t${path}`);
    else throw new Refusal(422, "tree.sha is not a valid object");
  }
  const written = await world.git.writeTree(base ?? null, lines);
  if (written === null) throw new Refusal(422, "tree contains a malformed path");
  return { status: 201, body: await treeFace(world, written, false) };
}

async function known(world: World, sha: string, mode: string): Promise<boolean> {
  if (mode === "160000") return true;
  return await world.git.has(sha, mode === "040000" ? "tree" : "blob");
}

async function blob(call: Call): Promise<Reply> {
  const { world } = call;
  const sha = param(call, "sha");
  if (!(await world.git.has(sha, "blob"))) throw notFound();
  const { output } = await world.git.try(["cat-file", "blob", sha]);
  if (call.accept.includes("raw")) {
    return {
      status: 200,
      body: output,
      headers: { "content-type": "application/vnd.github.raw; charset=utf-8" },
    };
  }
  const url = `${repositoryApi(world)}/git/blobs/${sha}`;
  const content = output.toString("base64");
  return {
    status: 200,
    body: { sha, node_id: nodeId("Blob", sha), url, size: output.length, content, encoding: "base64" },
  };
}

const NewBlob = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });

async function newBlob(call: Call): Promise<Reply> {
  const { content, encoding } = bodyOf(call, NewBlob);
  const sha = await writeBlob(call.world, Buffer.from(content, encoding === "base64" ? "base64" : "utf8"));
  return { status: 201, body: { sha, url: `${repositoryApi(call.world)}/git/blobs/${sha}` } };
}

async function writeBlob(world: World, bytes: Buffer): Promise<string> {
  return await world.git.ask(["hash-object", "-w", "--stdin"], bytes);
}
