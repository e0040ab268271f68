/** What a local forge is asked for and what it offers. Types only, no behaviour. */

import type { Method } from "#rehearsal/forge/merging.ts";
import type { Check, Comment, Issue, Label, Review, Status } from "#rehearsal/forge/records.ts";
import type { ActionsHost, Actor, Permissions, TokenGrant, WorkflowRun } from "#rehearsal/seams.ts";

/** One repository ruleset, aimed at one branch. `branch` may hold `*` (no slash) and `**`. */
export type BranchRule = {
  branch: string;
  /** `integrationId` null: whoever reports the context. */
  requiredChecks: readonly { context: string; integrationId: number | null }[];
  /** Changes must be made through a pull request. */
  pullRequest: boolean;
  approvals: number;
  mergeQueue: boolean;
  linearHistory: boolean;
  /** Required checks count only on a head that holds the tip of the branch. */
  strict?: boolean;
  /** How pulls may be merged into the branch; all ways if it says nothing. */
  methods?: readonly Method[];
  bypass: readonly ("app" | "owner")[];
};

/** A GitHub App that is installed on the repository. `permissions` is what the installation was granted. */
export type InstalledApp = {
  clientId: string;
  privateKey: string;
  slug: string;
  id: number;
  permissions: Permissions;
};

/** `index`: how often this method and path were asked before, by anyone. `run`: null for a person. */
export type FaultRequest = { method: string; path: string; run: number | null; index: number };

/** Something that goes wrong on purpose. `refuse` and `drop-before` leave no effect, `apply-then-…` leave the whole effect. */
export type Fault =
  | { kind: "drop-before" }
  | { kind: "apply-then-drop" }
  | { kind: "apply-then-fail"; status: 500 | 502 }
  | { kind: "slow"; milliseconds: number }
  | {
      kind: "refuse";
      status: 401 | 403 | 405 | 409 | 422 | 429 | 500 | 502 | 503;
      /** Without one, 403 and 429 speak of a secondary rate limit. */
      message?: string;
      /** Seconds, sent as `retry-after`. */
      retryAfter?: number;
    };

/** One REST request and what was answered. `path` without query and without `/api/v3`. */
export type Exchange = {
  method: string;
  path: string;
  status: number;
  requestBody: unknown;
  responseBody: unknown;
  run: number | null;
};

export type ForgeOptions = {
  /** The world: `remote/<owner>/<name>.git` below it, everything else in `forge.jsonl`. */
  directory: string;
  repository: { owner: string; name: string; private: boolean; defaultBranch: string };
  owner: Actor;
  app?: InstalledApp;
  settings: {
    actionsMayCreatePulls: boolean;
    defaultPermissions: Permissions;
    /** How pulls may be merged at all; every way if it says nothing. */
    mergeMethods?: readonly Method[];
  };
  rules: readonly BranchRule[];
  classicProtection?: { branch: string; contexts: readonly string[] };
  /** Requests per hour, where they are not GitHub's own. */
  limits?: Partial<Record<TokenGrant["kind"], number>>;
  faults?: (request: FaultRequest) => Fault | null;
  /** Milliseconds every answer is held back. */
  latency?: number;
  onExchange?: (exchange: Exchange) => void;
};

/** Everything the forge knows beside git. */
export type ForgeSnapshot = {
  pulls: readonly Issue[];
  issues: readonly Issue[];
  comments: readonly Comment[];
  reviews: readonly Review[];
  labels: readonly Label[];
  statuses: readonly Status[];
  checks: readonly Check[];
  runs: readonly WorkflowRun[];
  refs: ReadonlyMap<string, string>;
  /** `METHOD /path` of requests no route answers. */
  unknownRoutes: readonly string[];
};

export interface Forge extends ActionsHost {
  readonly settings: ForgeOptions["settings"];
  /** A personal token of the owner: it may do everything. */
  readonly ownerToken: string;
  /** A human's click on "Run workflow" on the default branch. */
  press(workflowFile: string, inputs?: Record<string, string>): Promise<void>;
  /** The schedule of one workflow comes due. */
  tick(workflowFile: string): Promise<void>;
  state(): ForgeSnapshot;
  close(): Promise<void>;
}
