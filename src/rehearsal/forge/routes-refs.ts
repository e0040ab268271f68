/** Branches and tags by REST: read, created, moved and deleted, each as a compare-and-swap under the branch rules. */

import * as z from "zod";
import { type Json, nodeId, repositoryApi } from "#rehearsal/forge/faces.ts";
import { announceWriter, type RefChange, refsMoved } from "#rehearsal/forge/refs.ts";
import {
  bodyOf,
  type Call,
  notFound,
  objected,
  page,
  param,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import { objectionTo } from "#rehearsal/forge/rules.ts";
import type { World } from "#rehearsal/forge/world.ts";

export const REF_ROUTES: readonly Route[] = [
  { method: "GET", path: "git/ref/{ref*}", needs: ["contents:read"], handle: oneRef },
  { method: "GET", path: "git/matching-refs/{ref*}", needs: ["contents:read"], handle: matchingRefs },
  { method: "POST", path: "git/refs", needs: ["contents:write"], handle: createRef },
  { method: "PATCH", path: "git/refs/{ref*}", needs: ["contents:write"], handle: moveRef },
  { method: "DELETE", path: "git/refs/{ref*}", needs: ["contents:write"], handle: deleteRef },
];

async function refFace(world: World, ref: string, sha: string): Promise<Json> {
  const type = await world.git.ask(["cat-file", "-t", sha]);
  const api = `${repositoryApi(world)}/git`;
  return {
    ref,
    node_id: nodeId("Ref", ref),
    url: `${api}/${ref}`,
    object: { type, sha, url: `${api}/${type}s/${sha}` },
  };
}

/** What the ref itself holds: for an annotated tag, the tag object. */
async function holds(world: World, ref: string): Promise<string | null> {
  const { code, output } = await world.git.try(["rev-parse", "--verify", "--quiet", "--end-of-options", ref]);
  return code === 0 ? output.toString().trim() : null;
}

async function oneRef(call: Call): Promise<Reply> {
  const ref = `refs/${param(call, "ref")}`;
  const sha = await holds(call.world, ref);
  if (sha === null) throw notFound();
  return { status: 200, body: await refFace(call.world, ref, sha) };
}

async function matchingRefs(call: Call): Promise<Reply> {
  const prefix = `refs/${param(call, "ref")}`;
  const refs = [...(await call.world.git.refs())].filter(([ref]) => ref.startsWith(prefix));
  const faces: Json[] = [];
  for (const [ref, sha] of refs) faces.push(await refFace(call.world, ref, sha));
  // GitHub pages nothing here, whatever is asked for.
  return { ...page({ ...call, query: new URLSearchParams() }, [], () => null), body: faces };
}

const NewRef = z.object({ ref: z.string(), sha: z.string() });

async function createRef(call: Call): Promise<Reply> {
  const { ref, sha } = bodyOf(call, NewRef);
  if (!/^refs\/(heads|tags)\/./.test(ref)) {
    throw new Refusal(422, "Reference name must start with 'refs/' and have at least three path parts");
  }
  if ((await call.world.git.try(["check-ref-format", ref])).code !== 0) {
    throw new Refusal(422, `${ref} is not a valid ref name.`);
  }
  if ((await holds(call.world, ref)) !== null) throw new Refusal(422, "Reference already exists");
  await change(call, { ref, before: null, after: await commitFrom(call.world, sha) });
  return { status: 201, body: await refFace(call.world, ref, sha) };
}

const MovedRef = z.object({ sha: z.string(), force: z.boolean().default(false) });

async function moveRef(call: Call): Promise<Reply> {
  const { world } = call;
  const { sha, force } = bodyOf(call, MovedRef);
  const ref = `refs/${param(call, "ref")}`;
  const before = await holds(world, ref);
  if (before === null) throw new Refusal(422, "Reference does not exist");
  const after = await commitFrom(world, sha);
  if (!force && !(await world.git.isAncestor(before, after)))
    throw new Refusal(422, "Update is not a fast forward");
  await change(call, { ref, before, after });
  return { status: 200, body: await refFace(world, ref, sha) };
}

async function deleteRef(call: Call): Promise<Reply> {
  const ref = `refs/${param(call, "ref")}`;
  const before = await holds(call.world, ref);
  if (before === null || !/^refs\/(heads|tags)\//.test(ref))
    throw new Refusal(422, "Reference does not exist");
  await change(call, { ref, before, after: null });
  return { status: 204 };
}

async function commitFrom(world: World, sha: string): Promise<string> {
  if (!(await world.git.has(sha, "commit"))) throw new Refusal(422, "Object does not exist");
  return sha;
}

async function change({ world, holder }: Call, proposed: RefChange): Promise<void> {
  const { ref, before, after } = proposed;
  const proposal = { ...proposed, holder, pull: null, git: world.git };
  const objection = await objectionTo(world, proposal);
  if (objection !== null) throw objected(objection, 422);
  announceWriter(world, holder);
  if (!(await world.git.updateRef(ref, after, before))) throw new Refusal(422, "Reference cannot be updated");
  await refsMoved(world, holder);
}
