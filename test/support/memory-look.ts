/** One look at the world in memory, checked against the same schema as a look at GitHub. Changes nothing. */

import { CATALOGUE, type Diagnostic } from "#core/errors.ts";
import type { NightName } from "#core/journal.ts";
import { type Sha, Slug } from "#core/milestone.ts";
import { nightOf } from "#core/night.ts";
import { type AttemptRef, Observation } from "#core/observation.ts";
import { type Policy, policyFrom } from "#core/policy.ts";
import { PolicyFile } from "#core/policy-file.ts";
import { openNights } from "#core/report.ts";
import { parseRoadmap, type Roadmap } from "#core/roadmap.ts";
import { parseTrailers } from "#core/trailers.ts";
import type { Files } from "./memory-git.ts";
import { promotionIn } from "./memory-next.ts";
import { revertsIn, trailOf } from "./memory-sentinel.ts";
import { branchOf, CHANGELOG, CI_APP, MAIN, type MemoryWorld } from "./memory-world.ts";

export type Cycle = Observation["cycle"] & { asked: NightName | null };

/** What the repository has for tests: the only command that proves anything. */
const DETECTED = { defaultBranch: MAIN, setup: [], build: [], test: ["npm test"] };

export function lookAt(world: MemoryWorld, { asked, ...cycle }: Cycle): Observation {
  const { now, journal, parked, blockers, stop, dashboard, files, checks, pulls, setting } = world;
  const { policy, problems } = readPolicy(setting.policy);
  const main = world.git.filesOf(world.landing);
  const roadmap = world.recall(`roadmap ${world.landing}`, () => parseRoadmap(main[policy.roadmap] ?? ""));
  const landing = { branch: world.landingBranch, sha: world.landing };
  const refs = refsOf(world, roadmap);
  const isOpenHead = ({ head }: { head: string }) =>
    pulls.some((pull) => pull.state === "open" && pull.head === head);
  const isRevert = ({ head }: { head: string }) => revertsIn(world).some(({ sha }) => sha === head);
  const asking = { now, trigger: cycle.trigger, asked, night: policy.night, open: openNights({ journal }) };
  return Observation.parse(
    structuredClone({
      now,
      cycle,
      night: world.recall(`night ${JSON.stringify(asking)}`, () => nightOf(asking)),
      repository: { fullName: "owner/notes", private: setting.private, defaultBranch: MAIN },
      mode: setting.mode,
      stop,
      policy,
      policyGiven: Object.keys(setting.policy),
      problems: [...problems, ...problemsOf(roadmap, main, policy)],
      landing,
      promotion: promotionIn(world, { roadmap, journal }),
      roadmap,
      engineRules: [],
      changelogPath: CHANGELOG in main ? CHANGELOG : null,
      refs,
      pulls,
      activeCycles: [...world.running],
      checks: checks.filter((check) => isOpenHead(check) || isRevert(check)),
      parked: parked.filter(isOpenHead),
      rules: { ...setting.rules, required: requiredOf(world, policy) },
      trail: trailOf(world, policy, { journal, pulls, refs, landing }),
      reverts: revertsIn(world),
      blockers,
      journal,
      reported: { dashboard, files },
    }),
  );
}

function readPolicy(given: Record<string, unknown>): { policy: Policy; problems: Diagnostic[] } {
  const { data, error } = PolicyFile.safeParse(given);
  const problems = (error?.issues ?? []).map(({ message }) => problem("POLICY_KEY", "daybreak.yml", message));
  return { policy: policyFrom(data ?? PolicyFile.parse({ land: "main" }), DETECTED), problems };
}

function problemsOf({ diagnostics }: Roadmap, main: Files, { roadmap: path }: Policy): Diagnostic[] {
  if (main[path] === undefined) return [problem("ROADMAP_MISSING", path, `there is no ${path}`)];
  return diagnostics.map(({ milestone: _, ...rest }) => ({ file: path, ...rest }));
}

function problem(code: string, file: string, message: string): Diagnostic {
  const remedy = CATALOGUE.POLICY_INVALID;
  return { file, line: 1, column: 1, code, severity: "error", message, remedy };
}

function refsOf(world: MemoryWorld, roadmap: Roadmap): AttemptRef[] {
  return [...world.git.branches].flatMap(([branch, sha]): AttemptRef[] => {
    const [, name, number] = /^daybreak\/m\/([^/]+)\/(\d+)$/.exec(branch) ?? [];
    if (name === undefined) return [];
    const [slug, attempt] = [Slug.parse(name), Number(number)];
    const { parents, tree, message } = world.git.read(sha);
    const planned = roadmap.milestones.some((one) => one.slug === slug && one.status === "planned");
    const open = world.pulls.some((pull) => pull.state === "open" && branchOf(pull) === branch);
    const merged = open && planned && !standsOnMain(world, sha) ? world.merged(sha) : null;
    const conflicts = merged === null ? null : "conflicts" in merged ? merged.conflicts : [];
    return [{ slug, attempt, sha, parents: [...parents], tree, trailers: parseTrailers(message), conflicts }];
  });
}

/** Directly, or on top of other open pull requests. */
function standsOnMain(world: MemoryWorld, sha: Sha): boolean {
  const [parent] = world.git.read(sha).parents;
  const carried = world.pulls.some(({ head, state }) => head === parent && state === "open");
  return parent === world.landing || (carried && parent !== undefined && standsOnMain(world, parent));
}

function requiredOf({ setting }: MemoryWorld, { checks }: Policy): Observation["rules"]["required"] {
  return [
    ...setting.required.map((name) => ({ name, app: CI_APP, source: "ruleset" as const })),
    ...checks.map((name) => ({ name, app: null, source: "policy" as const })),
  ];
}
