/** What stands around the demo's program: its manifest, its own CI, its owner's policy and words. Holds no milestone. */

const PACKAGE = `{
  "name": "notes",
  "version": "0.1.0",
  "description": "Keeps notes in one JSON file",
  "private": true,
  "type": "module",
  "bin": { "notes": "cli.js" },
  "engines": { "node": ">=20" },
  "scripts": { "test": "node test/all.js" }
}
`;

const POLICY = `# Finished milestones go straight to main. The caps are high: a night that is cut off again and again
# starts over as often as it must.
land: main
attempts: 20
budget:
  milestone: 60
  night: 1000
  month: 10000
  tokens: { night: 10000000000, month: 10000000000 }
  minutes: { night: 100000, month: 100000 }
  runner-minutes: { night: 100000, month: 100000 }
milestones: 20
minutes: 240
parallel: 4
review-minutes: 240
test: node test/all.js
`;

/** The one workflow of the demo's own, with the versions of Node it runs on. */
export function ciOn(node: readonly number[]): string {
  const versions = `[${node.join(", ")}]`;
  return `name: CI
on: pull_request
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
${node.length > 1 ? `    strategy:\n      matrix:\n        node: ${versions}\n` : ""}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: ${node.length > 1 ? `\${{ matrix.node }}` : node[0]}
      - run: node test/all.js
`;
}

/** The README, with the commands it lists. */
export function readmeWith(commands: readonly (readonly [command: string, what: string])[]): string {
  const rows = commands.map(([command, what]) => `| \`${command}\` | ${what} |`);
  return `# notes

Keeps notes in one JSON file. No dependencies, Node 20 or newer.

| command | what it does |
| --- | --- |
${rows.join("\n")}

The file is \`notes.json\`, or what \`NOTES_FILE\` names. What comes next stands in ROADMAP.md.
`;
}

export const BASE_COMMANDS = [
  ["notes add Buy milk #home", "writes a note down, with tags"],
  ["notes list milk", "lists the notes, or those with a word"],
] as const;

const AGENTS = `A command is one file in src/commands: it exports \`usage\`, and \`run(words, book)\`, which returns what to print.
Plain JavaScript without dependencies. A new behaviour gets a test file of its own.
`;

const CHANGELOG = `# Changelog

The format is that of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).

## [Unreleased]

## [0.1.0] - 2026-10-02

### Added

- Notes are written down and listed
`;

export const PROJECT: Readonly<Record<string, string>> = {
  "package.json": PACKAGE,
  "README.md": readmeWith(BASE_COMMANDS),
  "CHANGELOG.md": CHANGELOG,
  "AGENTS.md": AGENTS,
  ".gitignore": "/notes.json\n",
  ".github/daybreak.yml": POLICY,
  ".github/workflows/ci.yml": ciOn([20]),
};
