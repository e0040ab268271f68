/** The contract of every forge, kept twice: by the stand-in in memory, and by GitHub over real HTTP and real git. */

import { join } from "node:path";
import { initBare } from "#adapters/git/git.ts";
import { treeOf } from "#adapters/git/objects.ts";
import { commitTree, updateTree } from "#adapters/git/writing.ts";
import { connect } from "#adapters/github/connection.ts";
import { GithubForge } from "#adapters/github/forge.ts";
import { Sha } from "#core/milestone.ts";
import { NO_RULES } from "#core/observation.ts";
import { ALL, aRule, type Box, boxOn, HERE, temporary } from "../rehearsal/forge-box.ts";
import { aForge } from "../support/forge-contract.ts";
import { FILES, type Founding, type Rig, type Seat } from "../support/forge-rig.ts";
import { Human } from "../support/human.ts";
import { MemoryForge } from "../support/memory-forge.ts";
import type { Files } from "../support/memory-git.ts";
import { boxOf } from "../support/memory-next.ts";
import { MAIN, MemoryWorld } from "../support/memory-world.ts";

aForge("in memory", inMemory);
aForge("on GitHub", onGithub);

const CYCLE = { trigger: "button", workflow: "daybreak.yml", asked: null } as const;

async function inMemory({ land, refusesPulls, rules }: Founding): Promise<Rig> {
  const world = new MemoryWorld({
    files: FILES,
    undispatchable: ["none.yml"],
    policy: { land },
    private: false,
    mode: "token-only",
    required: [],
    ci: () => "success",
    rules: { ...NO_RULES, ...rules },
    refuses: { pulls: refusesPulls ? "not permitted" : null, landing: null },
    now: "2026-11-20T22:07:00.000Z",
    lag: 0,
  });
  const { git } = world;
  const treeWith = (commit: Sha, files: Files) => git.treeOf({ ...git.filesOf(commit), ...files });
  const states = (all: readonly { number: number; state: string }[]) =>
    all.map(({ number, state }) => `#${number} ${state}`);
  const turn = (number: number, state: "open" | "closed") => {
    world.pulls = world.pulls.map((one) => (one.number === number ? { ...one, state } : one));
    world.promotions = world.promotions.map((one) => (one.number === number ? { ...one, state } : one));
    world.blockers = world.blockers.map((one) =>
      one.issue === number ? { ...one, open: state === "open" } : one,
    );
  };
  return {
    merged: "merged",
    async cycle(id): Promise<Seat> {
      world.running.add(id);
      const forge = new MemoryForge(world, { id, ...CYCLE }, new Map());
      return {
        // No two looks are taken at the same moment.
        async observe() {
          world.sleep(1);
          return await forge.observe();
        },
        enact: async (decision) => await forge.enact(decision),
        notesOf: async (attempt) => await forge.notesOf(attempt),
        provePublishing: async () => await forge.provePublishing(),
        treeWith: async (commit, files) => treeWith(commit, files),
      };
    },
    async stands() {
      const { pulls, blockers, dashboard, writes } = world;
      const asked = blockers.map(({ issue, open }) => ({ number: issue, state: open ? "open" : "closed" }));
      const told = dashboard ? [{ number: dashboard.issue, state: "open" }] : [];
      const comments = writes.filter((one) => one.startsWith("comment on ")).length;
      const issues = states([...asked, ...told]);
      return { main: world.main, pulls: states(pulls), issues, comments, writes: writes.length };
    },
    human: {
      async pushesTo(branch, files) {
        const parent = world.tip(branch);
        const tree = treeWith(parent, files);
        const commit = git.commit("by-hand", { tree, parents: [parent], message: "By hand\n" });
        if (branch === MAIN) world.moveMain(commit);
        else world.push(branch, commit);
      },
      closes: async (number) => turn(number, "closed"),
      reopens: async (number) => turn(number, "open"),
      async saysStop() {
        world.stop = "somebody says stop";
      },
      promotes: async (way, upTo) => new Human(world).promotes(way, upTo),
      deletes: async () => new Human(world).deletesNext(),
      ticks: async (_, slug) => new Human(world).ticks(slug),
    },
    async ran(commit, conclusion) {
      const others = world.runs.filter((run) => run.commit !== commit);
      world.runs = [...others, { commit: Sha.parse(commit), name: "ci.yml", conclusion }];
    },
    started: async () =>
      world.runs.flatMap(({ commit, name, conclusion }) =>
        conclusion === "pending" ? [`${name} on ${commit}`] : [],
      ),
    async strangerOpens(branch) {
      world.number();
      world.strangers.add(branch);
      if (!git.branches.has(branch)) git.branches.set(branch, world.main);
    },
  };
}

const EMPTY_TREE = Sha.parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
const MALLORY = { login: "mallory", id: 666, type: "User" } as const;

async function onGithub({ land, refusesPulls, rules }: Founding): Promise<Rig> {
  const box = await aBox(land, !refusesPulls, rules);
  const { forge, owner } = box;
  const cycles: number[] = [];
  const turn = async (number: number, state: "open" | "closed") => {
    await owner.issues.update({ ...HERE, issue_number: number, state });
  };
  return {
    merged: "closed",
    async cycle(id) {
      cycles.push(id);
      return await aSeat(box, id);
    },
    async stands() {
      const { refs, pulls, issues, comments } = forge.state();
      const states = (all: typeof issues) => all.map(({ number, state }) => `#${number} ${state}`);
      return {
        main: refs.get("refs/heads/main") ?? "",
        pulls: states(pulls),
        issues: states(issues),
        comments: comments.length,
        writes: cycles.reduce((sum, id) => sum + forge.counts(id).writes, 0),
      };
    },
    human: {
      async pushesTo(branch, files) {
        const clone = await box.clone();
        await clone.commit("by-hand", { ...files }, `origin/${branch}`);
        await clone.git("push", "-q", "origin", `by-hand:${branch}`);
      },
      closes: async (number) => await turn(number, "closed"),
      reopens: async (number) => await turn(number, "open"),
      async saysStop() {
        await owner.issues.create({ ...HERE, title: "Stop", labels: ["daybreak:stop"] });
      },
      async promotes(way, upTo) {
        if (upTo !== undefined) return await squashes(box, upTo);
        const { data } = await owner.pulls.list({ ...HERE, state: "open", base: MAIN });
        await owner.pulls.merge({ ...HERE, pull_number: data[0]?.number ?? 0, merge_method: way });
      },
      async deletes(branch) {
        await owner.git.deleteRef({ ...HERE, ref: `heads/${branch}` });
      },
      async ticks(pull_number, slug) {
        const { data } = await owner.pulls.get({ ...HERE, pull_number });
        await owner.pulls.update({ ...HERE, pull_number, body: boxOf(data.body ?? "", slug) });
      },
    },
    async ran(headSha, conclusion) {
      const about = {
        name: "CI",
        path: ".github/workflows/ci.yml",
        event: "push",
        headBranch: MAIN,
      } as const;
      const actor = { login: "ada", id: 1, type: "User" } as const;
      await forge.startRun({ ...about, headSha, actor, status: "completed", conclusion });
    },
    started: async () =>
      box.events.flatMap(({ event, workflow, sha }) =>
        event === "workflow_dispatch" ? [`${workflow} on ${sha}`] : [],
      ),
    async strangerOpens(branch) {
      const token = await forge.mintToken({ kind: "person", actor: MALLORY });
      if (!forge.state().refs.has(`refs/heads/${branch}`)) {
        const clone = await box.clone(token);
        await clone.commit("theirs", { "theirs.txt": "theirs\n" }, "origin/main");
        await clone.git("push", "-q", "origin", `theirs:${branch}`);
      }
      await box.octokit(token).pulls.create({ ...HERE, head: branch, base: MAIN, title: "Mine" });
    },
  };
}

/** By hand and up to some commit, as nobody's button does. */
async function squashes(box: Box, head: string): Promise<void> {
  const clone = await box.clone();
  await clone.git("checkout", "-q", "-B", "by-hand", "origin/main");
  await clone.git("merge", "-q", "--squash", head);
  await clone.git("commit", "-q", "-m", "Promote by squash");
  await clone.git("push", "-q", "origin", `by-hand:${MAIN}`);
}

/** A forge on a bare repository that holds the files and a policy naming what proves them. */
async function aBox(
  land: Founding["land"],
  actionsMayCreatePulls: boolean,
  rules: Founding["rules"],
): Promise<Box> {
  const directory = await temporary();
  const git = await initBare(join(directory, "remote", HERE.owner, `${HERE.repo}.git`));
  const files = {
    ...FILES,
    ".github/daybreak.yml": `land: ${land}\ntest: npm test\n`,
    ".github/workflows/ci.yml": "name: CI\non: [push, workflow_dispatch]\n",
  };
  const written = new Map(Object.entries(files).map(([path, text]) => [path, { text }]));
  const tree = await updateTree(git, EMPTY_TREE, written);
  const date = "2026-01-01T00:00:00Z";
  const tip = await commitTree(git, { tree, parents: [], message: "Begin\n", date });
  await git.raw(["update-ref", `refs/heads/${MAIN}`, tip]);
  const { methods = ["merge", "squash", "rebase"], linear = false, ...rest } = rules;
  return await boxOn(directory, {
    settings: { actionsMayCreatePulls, defaultPermissions: { contents: "read" }, mergeMethods: methods },
    rules:
      Object.keys(rules).length === 0 ? [] : [aRule({ ...rest, linearHistory: linear, bypass: ["owner"] })],
  });
}

async function aSeat({ forge }: Box, id: number): Promise<Seat> {
  const git = await initBare(join(await temporary(), "ours.git"));
  const connection = await connect({
    apiUrl: `${forge.url}/api/v3`,
    serverUrl: forge.url,
    ...HERE,
    token: await forge.mintToken({ kind: "github-token", permissions: ALL, run: id }),
    appToken: null,
    appSlug: null,
    git,
    known: null,
  });
  const treeWith: Seat["treeWith"] = async (commit, files) => {
    const written = new Map(Object.entries(files).map(([path, text]) => [path, { text }]));
    return await updateTree(git, await treeOf(git, commit), written);
  };
  return Object.assign(new GithubForge(connection, { id, ...CYCLE }, { checks: true }), { treeWith });
}
