/** GitHub as Daybreak's forge: looks with one value, acts with one decision at a time, and stops when told to. */

import { setTimeout as wait } from "node:timers/promises";
import { entryAt, readCommit, readCommits } from "#adapters/git/objects.ts";
import { patchBetween } from "#adapters/git/patch.ts";
import { fetch, remoteRefs } from "#adapters/git/remote.ts";
import { stage } from "#adapters/git/stage.ts";
import { differenceOf } from "#adapters/git/tree-difference.ts";
import { commitTree, replaceEntries } from "#adapters/git/writing.ts";
import { type Connection, failureFrom, statusOf, wordsOf } from "#adapters/github/connection.ts";
import { closeIssue, putDashboard, putQuestion } from "#adapters/github/issues.ts";
import { land } from "#adapters/github/landing.ts";
import { type Cycle, type Look, observe } from "#adapters/github/observe.ts";
import * as promotion from "#adapters/github/promotion.ts";
import * as pulls from "#adapters/github/pulls.ts";
import { readStop } from "#adapters/github/read-github.ts";
import { restack } from "#adapters/github/restack.ts";
import * as sentinel from "#adapters/github/sentinel.ts";
import { appendState, readNotes, STATE_REF } from "#adapters/github/state-branch.ts";
import { type Decision, type DecisionOf, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Milestone, Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { renderLanded } from "#core/render.ts";
import { claimMessage } from "#core/trailers.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { Trees } from "#ports/trees.ts";
import type { Staged } from "#ports/workbench.ts";

const DONE: Receipt = { outcome: "done" };

/** What goes on being true when somebody says stop: the morning is told, and answered questions are closed. */
const EVEN_WHEN_STOPPED: readonly Decision["do"][] = ["report", "unblock", "block", "book"];

/** What a blurred look would do wrong; the others are guarded by a lease or a fast-forward, or say what was seen. */
const NEEDS_SHARP_LOOK: readonly Decision["do"][] = [
  "assign",
  "open",
  "stage",
  "unmake",
  "reject",
  "block",
  "unblock",
  "drop",
  "rebuild",
  "renew",
];

export class GithubForge implements Forge, Trees {
  readonly #connection: Connection;
  readonly #cycle: Cycle;
  readonly #reads: { checks: boolean };
  #seen: Look | null = null;
  /** Whether anything was enacted since the last look. */
  #acted = false;

  constructor(connection: Connection, cycle: Cycle, reads: { checks: boolean }) {
    this.#connection = connection;
    this.#cycle = cycle;
    this.#reads = reads;
  }

  async observe(): Promise<Observation> {
    this.#seen = await observe(this.#connection, this.#cycle, this.#reads);
    this.#acted = false;
    return this.#seen.observation;
  }

  async enact(decision: Decision): Promise<Receipt> {
    const observation = this.#seen?.observation ?? (await this.observe());
    if (!this.#acted && NEEDS_SHARP_LOOK.includes(decision.do) && (await this.#hasMoved()))
      return { outcome: "stale", because: "a branch moved meanwhile" };
    this.#acted = true;
    const stop = await this.#whoStops(decision, observation);
    if (stop !== null) return { outcome: "stale", because: stop };
    try {
      return await this.#carryOut(decision, { connection: this.#connection, observation });
    } catch (error) {
      const status = statusOf(error);
      // Refused as things are, or an answer was lost: what came of it is read at the next look.
      if (status === 404 || status === 405 || status === 409 || status === 422 || (status ?? 500) >= 500)
        if (error instanceof Error && ("status" in error || "request" in error))
          return { outcome: "stale", because: wordsOf(error) };
      throw failureFrom(error, `to ${decision.do}`);
    }
  }

  async provePublishing(): Promise<{ allowed: true } | { allowed: false; because: string }> {
    const branch = aBranchOf(this.#seen?.observation ?? (await this.observe()));
    const { owner, repo, publisher } = this.#connection;
    const asked = { owner, repo, head: branch, base: branch, title: "Daybreak" };
    for (const pause of [2_000, 5_000, null]) {
      try {
        await publisher.octokit.rest.pulls.create(asked);
        break;
      } catch (error) {
        const status = statusOf(error);
        if (status === 422) return { allowed: true };
        if (status === 403 || status === 404) return { allowed: false, because: wordsOf(error) };
        // It can open nothing, so it may be asked again.
        if (pause === null || (status !== null && status < 500))
          throw failureFrom(error, "asking whether pull requests may be opened");
        await wait(pause);
      }
    }
    // GitHub has no pull request from a branch onto itself: whoever answers otherwise is not GitHub.
    return { allowed: false, because: "it opened a pull request from the landing branch onto itself" };
  }

  async stage(base: Sha, patch: Uint8Array, milestone: Milestone, observation: Observation): Promise<Staged> {
    return await stage({
      git: this.#connection.git,
      base,
      patch,
      roadmapPath: observation.policy.roadmap,
      changelogPath: observation.changelogPath,
      render: (files) => renderLanded(files, milestone),
    });
  }

  async changes(base: Sha, tree: Sha): ReturnType<Trees["changes"]> {
    return await differenceOf(this.#connection.git, base, tree);
  }

  async changeOf(commit: Sha): Promise<Uint8Array> {
    const { git, remote, actions } = this.#connection;
    // What was taken off a branch again is in none any more, and still there.
    if ((await readCommits(git, [commit])).length === 0)
      await fetch(git, { url: remote, token: actions.token, wants: [commit], depth: 2 });
    const { parents, tree } = await readCommit(git, commit);
    const [parent] = parents;
    if (!parent) return new Uint8Array();
    const { policy, changelogPath } = this.#seen?.observation ?? (await this.observe());
    const rendered = [policy.roadmap, ...(changelogPath === null ? [] : [changelogPath])];
    const before = await Promise.all(
      rendered.map(async (path) => [path, await entryAt(git, parent, path)] as const),
    );
    return await patchBetween(git, parent, await replaceEntries(git, tree, new Map(before)));
  }

  async notesOf(attempt: Parameters<Trees["notesOf"]>[0]): ReturnType<Trees["notesOf"]> {
    return await readNotes(this.#connection.git, attempt);
  }

  /** Who said stop, at the last look or since; null when this decision may be carried out. */
  async #whoStops(decision: Decision, { stop }: Observation): Promise<string | null> {
    if (EVEN_WHEN_STOPPED.includes(decision.do)) return null;
    return stop ?? (await readStop(this.#connection));
  }

  /**
   * Refs and REST are two services: what a look read of them belongs together only if no ref moved in between. A landing
   * in the middle would show a merged pull beside a roadmap that still calls its milestone planned.
   */
  async #hasMoved(): Promise<boolean> {
    const { git, remote, actions } = this.#connection;
    const tips = this.#seen?.tips ?? new Map();
    const now = await remoteRefs(git, { url: remote, token: actions.token });
    const ours = [...now.keys()].filter((ref) => ref.startsWith("refs/heads/daybreak/"));
    return [...tips.keys(), ...ours].some((ref) => ref !== STATE_REF && tips.get(ref) !== now.get(ref));
  }

  async #carryOut(decision: Decision, looked: pulls.Looked): Promise<Receipt> {
    const { connection, observation } = looked;
    switch (decision.do) {
      case "assign":
        return await this.#claim(decision, looked);
      case "publish":
        return await pulls.publish(decision, looked);
      case "open":
        return await pulls.open(decision, looked);
      case "stage":
        return await restack(decision, looked);
      case "attest":
        return await pulls.attest(decision, looked);
      case "land":
        return await land(decision, looked);
      case "book":
        return await pulls.book(decision, looked);
      case "watch":
        return await sentinel.watch(decision, looked);
      case "examine":
        return await sentinel.examine(decision, looked);
      case "unmake":
        return await sentinel.unmake(decision, looked);
      case "revert":
        return await sentinel.revert(decision, looked);
      case "drop":
        return await promotion.drop(decision, looked);
      case "rebuild":
        return await promotion.stageRebuild(decision, looked);
      case "renew":
        return await promotion.renew(decision, looked);
      case "promote":
        return await promotion.promote(decision, looked);
      case "reject":
        return await pulls.reject(decision, looked);
      case "block":
        return await this.#ask(decision, looked);
      case "unblock":
        await closeIssue(connection, decision.issue, `Closed: ${decision.because}.`);
        return DONE;
      case "report":
        return await this.#tell(decision, looked);
      case "continue":
        return await this.#dispatch(decision, observation.repository.defaultBranch);
    }
  }

  /** All claims and their reservations in one push: another cycle takes all of them or none. */
  async #claim(
    { assignments }: DecisionOf<"assign">,
    { connection, observation }: pulls.Looked,
  ): Promise<Receipt> {
    const { git } = connection;
    const stamp = pulls.stampOf(observation);
    const updates = [];
    const lines: JournalLine[] = [];
    for (const claim of assignments) {
      const base = await readCommit(git, claim.base);
      const message = claimMessage({ ...subjectOf(claim), cycle: stamp.cycle }, claim.ceiling);
      const to = await commitTree(git, { tree: base.tree, parents: [claim.base], message, date: base.date });
      updates.push({ ref: `refs/heads/${pulls.branchOf(claim)}`, to, expected: null });
      const { base: on, ceiling, reserved } = claim;
      lines.push({ line: "assigned", ...stamp, ...subjectOf(claim), base: on, ceiling, reserved });
    }
    return await appendState(connection, { lines, with: updates, at: observation.now });
  }

  async #ask(decision: DecisionOf<"block">, { connection, observation }: pulls.Looked): Promise<Receipt> {
    const issue = await putQuestion(connection, decision, observation);
    const { milestone, because } = decision;
    const line: JournalLine = { line: "blocked", ...pulls.stampOf(observation), milestone, issue, because };
    return await appendState(connection, { lines: [line], at: observation.now });
  }

  async #tell(
    { dashboard, files, close }: DecisionOf<"report">,
    { connection, observation }: pulls.Looked,
  ): Promise<Receipt> {
    if (dashboard !== null) await putDashboard(connection, dashboard);
    const lines = close.map((night) => ({ ...pulls.stampOf(observation), line: "closed" as const, night }));
    return await appendState(connection, { lines, files, at: observation.now });
  }

  async #dispatch({ night, workflow }: DecisionOf<"continue">, ref: string): Promise<Receipt> {
    const { owner, repo, actions } = this.#connection;
    await actions.octokit.rest.actions.createWorkflowDispatch({
      owner,
      repo,
      workflow_id: workflow,
      ref,
      inputs: { night },
    });
    return DONE;
  }
}

/** One that is there: `daybreak/next` may not be yet. */
function aBranchOf({ landing, promotion: rolling, repository }: Observation): string {
  return rolling === null ? landing.branch : repository.defaultBranch;
}
