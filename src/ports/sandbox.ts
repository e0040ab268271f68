/** Where foreign commands run: with an allow-listed environment, in namespaces of their own, within limits. */

/** One shell command. */
export type SandboxCommand = {
  /** A bash script, run as `bash -c`. */
  script: string;
  /** Absolute path of the working directory. */
  directory: string;
  /** Absolute paths it may write below, `directory` not included unless named. Everything else is read-only. */
  writable: readonly string[];
  /** Absolute paths of this command's own that it may read although the sandbox hides the folder they lie in. */
  readable?: readonly string[] | undefined;
  /** Its whole environment; nothing of ours is inherited. */
  environment: Readonly<Record<string, string>>;
  /** `none`: no route anywhere, not even to this machine. `open`: for the owner's own `setup:` commands. */
  network: "none" | "open";
  /** Wall clock. At the limit the whole process tree is killed. */
  seconds: number;
  signal?: AbortSignal | undefined;
};

/** What came of it. Both streams in one text, in order of arrival. */
export type SandboxRun = {
  /** Null if it was killed by the limit or the signal. */
  exitCode: number | null;
  timedOut: boolean;
  /** The whole output up to 10 MB; what came later is dropped and `truncated` says so. */
  output: string;
  truncated: boolean;
  /** SHA-256 of all output bytes, dropped ones included. */
  digest: string;
  seconds: number;
};

export interface Sandbox {
  /** How commands are confined, in words for the log: `bubblewrap 0.8.0`, or `none (rehearsal only)`. */
  readonly name: string;
  /** Never throws for what the command does. Returns only when its whole process tree is gone. */
  run(command: SandboxCommand): Promise<SandboxRun>;
}
