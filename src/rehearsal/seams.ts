/** The walls inside the box: what the local forge, the local runner and the scripted model know of each other. */

/** A GitHub account. Bots are `github-actions[bot]` (id 41898282) and `<app-slug>[bot]`. */
export type Actor = { login: string; id: number; type: "User" | "Bot" };

/** `permissions:` of a job, resolved. What is absent is `none`. `metadata` is always readable. */
export type Permissions = Readonly<Record<string, "read" | "write" | "none">>;

/** Whom a token speaks for. Requests are counted for `run`. */
export type TokenGrant =
  | { kind: "github-token"; permissions: Permissions; run: number }
  | { kind: "app"; permissions: Permissions; run: number }
  | { kind: "person"; actor: Actor };

export type RunStatus = "queued" | "in_progress" | "completed";
export type Conclusion =
  | "success"
  | "failure"
  | "cancelled"
  | "skipped"
  | "neutral"
  | "timed_out"
  | "action_required";

/** One workflow run as the forge stores it. */
export type WorkflowRun = {
  id: number;
  /** Counts up per workflow file. */
  number: number;
  attempt: number;
  /** Name of the workflow, and its path such as `.github/workflows/ci.yml`. */
  name: string;
  path: string;
  event: ForgeEvent["event"];
  headBranch: string;
  headSha: string;
  actor: Actor;
  status: RunStatus;
  conclusion: Conclusion | null;
  createdAt: string;
  updatedAt: string;
};

/** Something happened that may start workflows. Persisted with the change itself and kept until it was handled. */
export type ForgeEvent = {
  id: number;
  event: "push" | "pull_request" | "workflow_dispatch" | "workflow_run" | "schedule";
  /** `opened`, `synchronize`, `reopened`, `closed`; `completed` for workflow_run. */
  action: string | null;
  /** Only for workflow_dispatch and schedule: the one workflow file it is for, such as `daybreak.yml`. */
  workflow: string | null;
  /** Full ref the run belongs to: `refs/heads/main`, `refs/pull/3/merge`. */
  ref: string;
  /** Commit whose workflow files count and that `github.sha` names. For pull requests: the merge commit. */
  sha: string;
  /** The commit checks are reported on. For pull requests: the head. */
  headSha: string;
  headBranch: string;
  actor: Actor;
  /** Runs that GITHUB_TOKEN's pull requests cause are parked in `action_required`; its other events start nothing. */
  by: TokenGrant["kind"];
  /** `github.event`. */
  payload: Record<string, unknown>;
};

export type NewRun = Pick<
  WorkflowRun,
  "name" | "path" | "event" | "headBranch" | "headSha" | "actor" | "status" | "conclusion"
>;

/** What one run's tokens asked of the forge. `writes`: accepted REST writes plus ref updates. */
export type RequestCounts = { rest: number; writes: number; git: number };

/** What the forge offers the runner. Everything is persisted before the promise resolves. */
export interface ActionsHost {
  /** `http://127.0.0.1:PORT`: git below it, REST below `/api/v3`. */
  readonly url: string;
  readonly repository: {
    owner: string;
    name: string;
    id: number;
    private: boolean;
    defaultBranch: string;
  };
  /** The bare repository. */
  readonly gitDirectory: string;
  /** Calls the listener for every event that is not yet handled, past and future, in order. */
  subscribe(listener: (event: ForgeEvent) => void): void;
  /** The event caused every run it had to cause: it is not delivered again. */
  handled(event: ForgeEvent): Promise<void>;
  startRun(run: NewRun): Promise<WorkflowRun>;
  /** Completing a run emits its `workflow_run` event. */
  updateRun(id: number, change: { status: RunStatus; conclusion?: Conclusion }): Promise<void>;
  runs(): readonly WorkflowRun[];
  /** A job's check run on the run's head commit, by app 15368. Returns its id. */
  startCheck(check: { run: number; name: string; headSha: string }): Promise<number>;
  finishCheck(id: number, conclusion: Conclusion): Promise<void>;
  mintToken(grant: TokenGrant): Promise<string>;
  /** Like create-github-app-token: a token of the installed App, or null if the client id or key is wrong. */
  mintAppToken(request: {
    clientId: string;
    privateKey: string;
    permissions: Permissions;
    run: number;
  }): Promise<{ token: string; slug: string; installation: number } | null>;
  revokeToken(token: string): Promise<void>;
  counts(run: number): RequestCounts;
}
