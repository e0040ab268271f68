/** What every forge promises, whoever keeps it: one list of sentences for GitHub and for its stand-in in memory. Stands up neither. */

import { describe, expect, test } from "vitest";
import type { Decision } from "#core/decision.ts";
import { VERIFY } from "#core/gates.ts";
import { linesOf } from "#core/journal.ts";
import { askingAndTelling, QUESTION } from "./forge-asking.ts";
import { interruptions } from "./forge-interrupted.ts";
import { rolling } from "./forge-next.ts";
import {
  type ARig,
  assigning,
  claimed,
  count,
  DONE,
  type Founding,
  landingOf,
  published,
  type Rig,
  STALE,
  statesIn,
} from "./forge-rig.ts";
import { sentinel } from "./forge-sentinel.ts";
import { trains } from "./forge-trains.ts";
import { COST } from "./worlds.ts";

const NOTHING_TO_TELL: Decision = { do: "report", dashboard: null, files: {}, close: [] };
const BRANCH = "daybreak/m/M1/1";

export function aForge(name: string, found: (founding: Founding) => Promise<Rig>): void {
  const aRig: ARig = async (founding = {}) => {
    const rig = await found({ land: "main", refusesPulls: false, rules: {}, ...founding });
    return { rig, seat: await rig.cycle(1) };
  };
  describe(name, () => {
    claims(aRig);
    looks(aRig);
    publications(aRig);
    heads(aRig);
    landings(aRig);
    trains(aRig);
    interruptions(aRig);
    rolling(aRig);
    sentinel(aRig);
    rejections(aRig);
    askingAndTelling(aRig);
    strangers(aRig);
  });
}

function claims(aRig: ARig): void {
  test("claims each attempt once, and of several claims all or none", async () => {
    const { rig, seat: one } = await aRig();
    const other = await rig.cycle(2);
    const [seen, alsoSeen] = [await one.observe(), await other.observe()];
    // Whoever acted already is not asked again whether his look still holds: only the claim itself can refuse him.
    expect(await other.enact(NOTHING_TO_TELL)).toEqual(DONE);
    expect(await one.enact(assigning(seen, "M1"))).toEqual(DONE);
    expect(await other.enact(assigning(alsoSeen, "M2", "M1"))).toEqual(STALE);
    const after = await one.observe();
    expect(statesIn(after)).toEqual(["M1/1 working"]);
    expect(linesOf(after.journal, "assigned")).toMatchObject([{ milestone: "M1", cycle: 1, ceiling: 2.5 }]);
  });

  test("claims twice as it claims once", async () => {
    const { seat } = await aRig();
    const assign = assigning(await seat.observe(), "M1", "M2");
    expect([await seat.enact(assign), await seat.enact(assign)]).toEqual([DONE, DONE]);
    const after = await seat.observe();
    expect(statesIn(after)).toEqual(["M1/1 working", "M2/1 working"]);
    expect(count("assigned", after)).toBe(2);
  });
}

function looks(aRig: ARig): void {
  test("does nothing by a look that was overtaken", async () => {
    const { rig, seat } = await aRig();
    await seat.observe();
    await rig.human.pushesTo("main", { "theirs.txt": "theirs\n" });
    expect(await seat.enact(QUESTION)).toEqual(STALE);
    expect((await rig.stands()).issues).toEqual([]);
    await seat.observe();
    expect(await seat.enact(QUESTION)).toEqual(DONE);
  });
}

function publications(aRig: ARig): void {
  test("shows a published pull request as open, with its receipt", async () => {
    const { seat } = await aRig();
    const { head, base, pull } = await published(seat);
    const seen = await seat.observe();
    expect(statesIn(seen)).toEqual(["M1/1 open"]);
    expect(seen.refs).toMatchObject([{ sha: head, parents: [base], trailers: { cycle: 1, ceiling: null } }]);
    expect(seen.pulls).toMatchObject([{ number: pull, base: "main", state: "open" }]);
    expect(linesOf(seen.journal, "published")).toMatchObject([{ as: "pull", spend: COST, because: [] }]);
    expect(seen.checks).toMatchObject([{ head, name: VERIFY, conclusion: "success" }]);
  });

  test.for([
    ["rejected", "rejected"],
    ["blocked", "asked"],
    ["lost", "lost"],
  ] as const)("shows an attempt that was published as %s as %s", async ([as, state]) => {
    const { rig, seat } = await aRig();
    const publish = await claimed(seat);
    expect(await seat.enact({ ...publish, as, tree: null, because: ["so"], ask: "how?" })).toEqual(DONE);
    const seen = await seat.observe();
    expect(statesIn(seen)).toEqual([`M1/1 ${state}`]);
    expect(linesOf(seen.journal, "published")).toMatchObject([{ as, because: ["so"], ask: "how?" }]);
    expect((await rig.stands()).pulls).toEqual([]);
  });

  test("publishes twice as it publishes once", async () => {
    const { rig, seat } = await aRig();
    const publish = await claimed(seat);
    expect([await seat.enact(publish), await seat.enact(publish)]).toEqual([DONE, DONE]);
    expect((await rig.stands()).pulls).toEqual(["#1 open"]);
    expect(count("published", await seat.observe())).toBe(1);
  });

  test("writes over nothing that somebody else pushed to the branch of a claim", async () => {
    const { rig, seat } = await aRig();
    const publish = await claimed(seat);
    await rig.human.pushesTo(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await seat.enact(publish)).toEqual(STALE);
    expect((await rig.stands()).pulls).toEqual([]);
    expect((await seat.observe()).refs).toMatchObject([{ trailers: null }]);
  });
}

function heads(aRig: ARig): void {
  test("restacks a head on the branch as it is now, and announces it", async () => {
    const { rig, seat } = await aRig();
    const { base: _, ...subject } = await published(seat);
    await rig.human.pushesTo("main", { "theirs.txt": "theirs\n" });
    const { landing } = await seat.observe();
    expect(await seat.enact({ do: "stage", onto: landing.sha, cars: [{ ...subject, again: 0 }] })).toEqual(
      DONE,
    );
    const { refs, pulls, journal } = await seat.observe();
    const [head] = pulls.map((pull) => pull.head);
    expect(head).not.toBe(subject.head);
    expect(refs).toMatchObject([{ sha: head, parents: [landing.sha] }]);
    expect(linesOf(journal, "staged")).toMatchObject([{ pull: subject.pull, base: landing.sha, head }]);
  });

  test("does not restack a head that moved", async () => {
    const { rig, seat } = await aRig();
    const { base, ...subject } = await published(seat);
    expect(await seat.enact(NOTHING_TO_TELL)).toEqual(DONE);
    await rig.human.pushesTo(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await seat.enact({ do: "stage", onto: base, cars: [{ ...subject, again: 1 }] })).toEqual(STALE);
    expect((await seat.observe()).refs).toMatchObject([{ parents: [subject.head], trailers: null }]);
  });

  test("believes the newest of its own reports on a head", async () => {
    const { seat } = await aRig();
    const { milestone, head } = await published(seat);
    expect(await seat.enact({ do: "attest", milestone, head, green: false, because: "red" })).toEqual(DONE);
    expect((await seat.observe()).checks).toMatchObject([{ head, name: VERIFY, conclusion: "failure" }]);
  });
}

function landings(aRig: ARig): void {
  test("lands twice as it lands once", async () => {
    const { seat } = await aRig();
    const subject = await published(seat);
    const landing = landingOf([subject]);
    expect([await seat.enact(landing), await seat.enact(landing)]).toEqual([DONE, DONE]);
    const seen = await seat.observe();
    expect(seen.landing.sha).toBe(subject.head);
    expect(statesIn(seen)).toEqual(["M1/1 landed"]);
    expect(count("landed", seen)).toBe(1);
  });

  test("lands nothing on a branch that moved", async () => {
    const { rig, seat } = await aRig();
    const subject = await published(seat);
    await rig.human.pushesTo("main", { "theirs.txt": "theirs\n" });
    const theirs = (await rig.stands()).main;
    expect(await seat.enact(landingOf([subject]))).toEqual(STALE);
    const seen = await seat.observe();
    expect(seen.landing.sha).toBe(theirs);
    expect(statesIn(seen)).toEqual(["M1/1 open"]);
    expect(count("landed", seen)).toBe(0);
  });

  test("never lands what was pushed to a pull request after it was tested", async () => {
    const { rig, seat } = await aRig();
    const subject = await published(seat);
    await rig.human.pushesTo(BRANCH, { "theirs.txt": "theirs\n" });
    const { outcome } = await seat.enact(landingOf([subject]));
    expect((await rig.stands()).main).toBe(outcome === "done" ? subject.head : subject.base);
  });
}

function rejections(aRig: ARig): void {
  test("rejects with a comment and a receipt, and finishes what is half done without saying it again", async () => {
    const { rig, seat } = await aRig();
    const { base: _, head: __, ...subject } = await published(seat);
    const reject: Decision = { do: "reject", ...subject, counted: true, because: ["it shouts"] };
    expect(await seat.enact(reject)).toEqual(DONE);
    // As it stands when the job died before it could close: commented and receipted, but open.
    await rig.human.reopens(subject.pull);
    expect(statesIn(await seat.observe())).toEqual(["M1/1 open"]);
    expect(await seat.enact(reject)).toEqual(DONE);
    const seen = await seat.observe();
    expect(statesIn(seen)).toEqual(["M1/1 rejected"]);
    expect(linesOf(seen.journal, "rejected")).toMatchObject([{ counted: true, because: ["it shouts"] }]);
    expect(await rig.stands()).toMatchObject({ comments: 1, pulls: ["#1 closed"] });
  });

  test("tells its own rejection from a human's", async () => {
    const { rig, seat } = await aRig();
    const { pull } = await published(seat);
    await rig.human.closes(pull);
    expect(statesIn(await seat.observe())).toEqual(["M1/1 closed by a human"]);
  });
}

function strangers(aRig: ARig): void {
  test("takes no pull request for its own because of the name of its branch", async () => {
    const { rig, seat } = await aRig();
    await rig.strangerOpens("daybreak/m/M2/1");
    const publish = await claimed(seat);
    await rig.strangerOpens(BRANCH);
    // His pull request holds the branch: GitHub knows only one from each branch to another.
    expect(await seat.enact(publish)).toEqual(STALE);
    const seen = await seat.observe();
    expect(seen.pulls).toEqual([]);
    expect(statesIn(seen)).toEqual(["M1/1 pushed", "M2/1 lost"]);
    expect(await seat.enact(assigning(seen, "M2"))).toEqual(STALE);
  });
}
