/** The ways out of the sandbox that were ever tried on agents, as data: one script each. Runs none of them. */

import type { Exceeded, Limits } from "#adapters/sandbox/limits.ts";

/** What stands around the sandbox while it is probed. Every secret in it is the same canary. */
export type Stage = {
  /** The command's own folder, and the only one it may write. */
  workspace: string;
  /** Holds a file with the canary. */
  secrets: string;
  /** Stands for RUNNER_TEMP: it holds the canary and the files by which a step speaks to the next. */
  runner: string;
  /** A server on this machine's loopback that greets with the canary. */
  port: number;
  /** A server at a path, and one at a name without a path, that do the same. */
  socket: string;
  abstract: string;
  /** Which Node runs the probes that a shell cannot. */
  node: string;
};

export type Probe = {
  /** In the catalogue of attacks. */
  id: string;
  name: string;
  /** Says `OPEN …` for what is open, or shows the canary, and `probed` when it got to its end. Harmless where it succeeds. */
  script: (stage: Stage) => string;
  /** What nobody may find afterwards: an absolute path. */
  leaves?: (stage: Stage) => string;
  /** It must be stopped for this, within limits that keep it small. */
  stoppedFor?: { what: Exceeded; limits: Partial<Limits> };
};

/** What a canary looks like. A script that holds one would find itself. */
const PATTERN = "daybreak-canary-[0-9a-f]{16}";
const SEARCH = `grep -aoE '${PATTERN}'`;

const MEGABYTE = 1024 ** 2;

/** Says OPEN if a greeting comes from there. */
function greets(where: string): string {
  return `(exec 3<>/dev/tcp/${where} && timeout 2 cat <&3) 2>/dev/null && echo 'OPEN ${where}'`;
}

/** A connection by Node, for sockets that bash does not know. */
function connects(node: string, path: string): string {
  const program = `require("node:net").connect(process.argv[1].replace("@", "\\0")).on("data", (d) => process.stdout.write(d)).on("error", () => {}).setTimeout(1000, function () { this.destroy() })`;
  return `'${node}' -e '${program}' '${path}'`;
}

/** The stack of every process but our own: that is where an environment lies. */
const STACKS = `for p in /proc/[0-9]*; do
  [ "$p" = "/proc/$$" ] && continue
  read -r range _ < <(grep -F '[stack]' "$p/maps" 2>/dev/null) || continue
  from=$((16#\${range%-*})); to=$((16#\${range#*-}))
  dd if="$p/mem" bs=4096 skip=$((from / 4096)) count=$(((to - from) / 4096)) 2>/dev/null | ${SEARCH}
done`;

export const PROBES: readonly Probe[] = [
  { id: "A11", name: "secrets in its own environment", script: () => "env; set" },
  {
    id: "A12",
    name: "environments and command lines of other processes",
    script: () => `cat /proc/$PPID/environ /proc/[0-9]*/{environ,cmdline} | ${SEARCH}`,
  },
  {
    id: "A13",
    name: "the environment of the sandbox's first process",
    script: () => `cat /proc/1/environ | ${SEARCH}; [ -r /proc/1/environ ] || kill -0 1`,
  },
  {
    id: "A14",
    name: "sudo, capabilities and set-user-id programs",
    script: () => `sudo -n true && echo OPEN sudo
grep -q 'NoNewPrivs:.1' /proc/self/status || echo OPEN new privileges
grep -q 'CapEff:.0*$' /proc/self/status || echo OPEN capabilities
grep -q 'CapBnd:.0*$' /proc/self/status || echo OPEN capabilities to come
[ "$(id -u)" != 0 ] || echo OPEN it is root`,
  },
  { id: "A14", name: "memory of other processes", script: () => STACKS },
  {
    id: "A15",
    name: "credentials in the runner's and other people's folders",
    script: ({ secrets, runner }) =>
      `grep -rsaoE '${PATTERN}' '${secrets}' '${runner}'
cat /etc/shadow 2>/dev/null | grep -q . && echo OPEN passwords`,
  },
  {
    id: "A16",
    name: "the runner's tokens",
    script: () =>
      "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -E '^(ACTIONS|GITHUB|RUNNER)_' | sed 's/^/OPEN /'",
  },
  {
    id: "A18",
    name: "files outside, through links and /proc",
    script: ({ secrets, workspace }) => `ln -sf '${secrets}/secret' '${workspace}/soft'
ln -f '${secrets}/secret' '${workspace}/hard'
cat '${workspace}'/{soft,hard} /proc/*/root'${secrets}/secret' /proc/*/cwd/../secrets/secret`,
  },
  {
    id: "A20",
    name: "the network, names included",
    script: ({ port }) => `${greets(`127.0.0.1/${port}`)}
${greets(`localhost/${port}`)}
(exec 3<>/dev/udp/1.1.1.1/53 && echo x >&3) 2>/dev/null && echo OPEN udp
timeout 3 getent ahosts registry.example.org && echo OPEN names`,
  },
  {
    id: "A21",
    name: "metadata service, docker and other sockets",
    script: ({ node, socket, abstract }) => `${connects(node, socket)}
${connects(node, `@${abstract}`)}
timeout 2 bash -c 'exec 3<>/dev/tcp/169.254.169.254/80' && echo OPEN metadata
for s in /var/run/docker.sock /run/docker.sock /run/containerd/containerd.sock /run/dbus/system_bus_socket /run/systemd/private; do
  [ -S "$s" ] && echo "OPEN $s"
done`,
  },
  {
    id: "A32",
    name: "the files by which a step speaks to the next",
    script: ({ runner }) => `ls '${runner}/_runner_file_commands' | sed 's/^/OPEN /'
mkdir -p '${runner}/_runner_file_commands'; echo 'PATH=/evil' > '${runner}/_runner_file_commands/planted'`,
    leaves: ({ runner }) => `${runner}/_runner_file_commands/planted`,
  },
  {
    id: "A34",
    name: "a process that outlives its command",
    script: ({ workspace }) => `setsid bash -c '(sleep 1; touch "${workspace}/survived") >/dev/null 2>&1 &' &
sleep 0.2`,
    leaves: ({ workspace }) => `${workspace}/survived`,
  },
  {
    id: "A35",
    name: "tools, system and kernel switches",
    script: ({
      node,
      secrets,
    }) => `for f in '${secrets}' '${secrets}/secret' '${node}' /etc /usr /usr/bin/env /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do
  [ -w "$f" ] && echo "OPEN $f"
done
mount -o remount,rw / && echo OPEN mount; umount /proc && echo OPEN umount`,
  },
  {
    id: "A56",
    name: "a fork bomb",
    script: () => "for i in $(seq 64); do sleep 4 & done 2>/dev/null; wait",
    stoppedFor: { what: "processes", limits: { processes: 40 } },
  },
  {
    id: "A56",
    name: "a flood of the memory",
    script: ({ node }) =>
      `exec '${node}' -e 'const held = []; setInterval(() => held.length < 30 && held.push(Buffer.alloc(2e7, 1)), 20); setTimeout(() => process.exit(), 6000)'`,
    stoppedFor: { what: "memory", limits: { memory: 300 * MEGABYTE } },
  },
  {
    id: "A56",
    name: "a flood of the disk",
    script: ({ workspace }) =>
      `for i in $(seq 20); do yes 2>/dev/null | head -c 16000000 > '${workspace}'/flood-$i; sleep 0.2; done; sleep 3`,
    stoppedFor: { what: "disk", limits: { disk: 64 * MEGABYTE } },
  },
  {
    id: "A56",
    name: "endless computing",
    script: () => "timeout 6 bash -c 'while :; do :; done'",
    stoppedFor: { what: "cpu", limits: { cpuSeconds: 1 } },
  },
];

/** What a probe's run has shown. Null: it is blocked. */
export function holeIn(
  { stoppedFor }: Probe,
  run: { output: string; exceeded: Exceeded | null },
  left: boolean,
): string | null {
  if (left) return "it left something behind";
  if (stoppedFor)
    return run.exceeded === stoppedFor.what ? null : `it was not stopped for ${stoppedFor.what}`;
  if (new RegExp(PATTERN).test(run.output)) return "it saw a secret";
  const open = [...run.output.matchAll(/^OPEN (.*)$/gm)].map(([, what]) => what);
  if (open.length > 0) return open.join(", ");
  return run.output.trimEnd().endsWith("probed") ? null : "it could not be probed";
}
