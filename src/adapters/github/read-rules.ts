/** What the rules of a branch demand of whoever lands: rulesets, classic protection and the repository's settings. Reads only. */

import { type Connection, statusOf } from "#adapters/github/connection.ts";
import { PAGE } from "#adapters/github/read-github.ts";
import { MergeMethod, type RequiredCheck, type Rules } from "#core/observation.ts";

type Rule = Awaited<ReturnType<typeof activeRules>>[number];

/** Required checks of every branch given, and what else the first one's rules demand. */
export async function readRules(
  connection: Connection,
  branches: readonly string[],
  extra: readonly string[],
): Promise<Rules> {
  const [landing = "", ...others] = new Set(branches);
  const [{ rules, checks }, ...rest] = await Promise.all([
    rulesOf(connection, landing),
    ...others.map(async (branch) => await rulesOf(connection, branch)),
  ]);
  const required = [
    ...[checks, ...rest.map((one) => one.checks)].flat(),
    ...extra.map((name) => ({ name, app: null, source: "policy" as const })),
  ];
  const seen = new Set<string>();
  return {
    required: required.filter(({ name, app }) => {
      const key = JSON.stringify([name, app]);
      return !seen.has(key) && seen.add(key);
    }),
    ...(await demandsOf(connection, rules)),
  };
}

async function rulesOf(
  connection: Connection,
  branch: string,
): Promise<{ rules: Rule[]; checks: RequiredCheck[] }> {
  const [rules, classic] = await Promise.all([
    activeRules(connection, branch),
    protectionOf(connection, branch),
  ]);
  const fromRules = rules.flatMap((rule) =>
    rule.type === "required_status_checks" ? (rule.parameters?.required_status_checks ?? []) : [],
  );
  const checks = classic?.checks ?? classic?.contexts?.map((context) => ({ context, app_id: null })) ?? [];
  return {
    rules,
    checks: [
      ...fromRules.map(({ context, integration_id }) => ({
        name: context,
        app: integration_id ?? null,
        source: "ruleset" as const,
      })),
      ...checks.map(({ context, app_id }) => ({
        name: context,
        // -1 is GitHub's word for any app.
        app: app_id === undefined || app_id === null || app_id < 0 ? null : app_id,
        source: "protection" as const,
      })),
    ],
  };
}

/** Null for a branch that is not there yet: rulesets may speak of it already, classic protection is of branches. */
async function protectionOf({ owner, repo, publisher }: Connection, branch: string) {
  try {
    const { data } = await publisher.octokit.rest.repos.getBranch({ owner, repo, branch });
    return data.protection?.required_status_checks;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

async function activeRules({ owner, repo, publisher }: Connection, branch: string) {
  const { octokit } = publisher;
  return await octokit.paginate(octokit.rest.repos.getBranchRules, { owner, repo, branch, per_page: PAGE });
}

async function demandsOf(connection: Connection, rules: readonly Rule[]): Promise<Omit<Rules, "required">> {
  const barring = rules.filter(({ type }) => type === "pull_request" || type === "merge_queue");
  const free = await bypassed(connection, new Set(barring.map(rulesetOf)));
  const binding = rules.filter((rule) => !free.has(rulesetOf(rule)));
  const pulls = binding.flatMap((rule) => (rule.type === "pull_request" ? [rule] : []));
  return {
    pullRequest: pulls.length > 0,
    mergeQueue: binding.some(({ type }) => type === "merge_queue"),
    linear: binding.some(({ type }) => type === "required_linear_history"),
    approvals: Math.max(
      0,
      ...pulls.map(({ parameters }) => parameters?.required_approving_review_count ?? 0),
    ),
    strict: rules.some(
      (rule) =>
        rule.type === "required_status_checks" &&
        rule.parameters?.strict_required_status_checks_policy === true,
    ),
    methods: await methodsFor(
      connection,
      pulls.map(({ parameters }) => parameters?.allowed_merge_methods),
    ),
  };
}

/** Asked only where a merge is the way to land. Settings that GitHub does not show are taken for allowed: it may still refuse. */
async function methodsFor(
  { owner, repo, publisher }: Connection,
  byRules: readonly (readonly string[] | undefined)[],
): Promise<MergeMethod[]> {
  if (byRules.length === 0) return [...MergeMethod.options];
  const { data } = await publisher.octokit.rest.repos.get({ owner, repo });
  const settings = {
    merge: data.allow_merge_commit,
    squash: data.allow_squash_merge,
    rebase: data.allow_rebase_merge,
  };
  return MergeMethod.options.filter(
    (method) => settings[method] !== false && byRules.every((allowed) => allowed?.includes(method) ?? true),
  );
}

function rulesetOf(rule: object): number | null {
  return "ruleset_id" in rule && typeof rule.ruleset_id === "number" ? rule.ruleset_id : null;
}

/** The rulesets that do not bind the account that lands. What cannot be read binds. */
async function bypassed(
  { owner, repo, publisher }: Connection,
  rulesets: ReadonlySet<number | null>,
): Promise<ReadonlySet<number | null>> {
  const free = await Promise.all(
    [...rulesets].map(async (ruleset) => {
      if (ruleset === null) return [];
      try {
        const { data } = await publisher.octokit.rest.repos.getRepoRuleset({
          owner,
          repo,
          ruleset_id: ruleset,
        });
        return data.current_user_can_bypass === "always" ? [ruleset] : [];
      } catch (error) {
        if (statusOf(error) === 403 || statusOf(error) === 404) return [];
        throw error;
      }
    }),
  );
  return new Set(free.flat());
}
