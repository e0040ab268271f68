/** Builds what ships: the bundles in dist/ and the schemas. `--check` compares instead, byte for byte, and writes nothing. */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type BuildOptions, build, type Message, type Metafile, type Plugin } from "esbuild";
import * as z from "zod";
import { Calibration } from "./src/core/calibration.ts";
import { CATALOGUE } from "./src/core/errors.ts";
import { policySchema } from "./src/core/policy-file.ts";
import { Account } from "./src/rehearsal/account.ts";
import { ScriptSchema } from "./src/rehearsal/model/script.ts";

/** Path of a file that ships, relative to the root, and its bytes. */
type Shipped = Map<string, Uint8Array>;

/**
 * `apart`: modules that are bundles of their own. Wherever the bundle imports one dynamically, it loads the other
 * file, and only then: what no job asks for is not even read.
 */
export type Bundle = {
  entry: string;
  file: string;
  node: 22 | 24;
  apart?: readonly string[];
  banner?: string;
};

const MODELS = "src/adapters/models.ts";
const ENGINES = "src/adapters/engines.ts";
const COURT = "src/adapters/court.ts";
const KEY_PROXY = "src/adapters/key-proxy/process.ts";
const CALIBRATE = "src/calibrate/calibrate.ts";
const BROWSER = "src/adapters/witness/browser.ts";

/** Stands before all that the bundle loads, so that an old Node says this and not a syntax error. */
const NODE_GUARD = `if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error("NODE_TOO_OLD: this is Node %s. %s", process.versions.node, ${JSON.stringify(CATALOGUE.NODE_TOO_OLD)});
  process.exit(1);
}`;

const BUNDLES: readonly Bundle[] = [
  { entry: "src/main.ts", file: "dist/main.cjs", node: 24, apart: [MODELS, ENGINES, COURT] },
  { entry: MODELS, file: "dist/models.cjs", node: 24 },
  { entry: ENGINES, file: "dist/engines.cjs", node: 24 },
  { entry: KEY_PROXY, file: "dist/key-proxy.cjs", node: 24 },
  { entry: COURT, file: "dist/court.cjs", node: 24, apart: [BROWSER] },
  // Also for the command line, which runs on Node 22.
  { entry: BROWSER, file: "dist/browser.cjs", node: 22 },
  { entry: CALIBRATE, file: "dist/calibrate.cjs", node: 22, apart: [BROWSER] },
  { entry: "src/cli.ts", file: "dist/cli.cjs", node: 22, apart: [CALIBRATE], banner: NODE_GUARD },
];

const SCHEMAS: readonly [name: string, title: string, schema: object][] = [
  ["daybreak", "Daybreak's policy: .github/daybreak.yml", policySchema()],
  ["rehearsal-night", "What `daybreak rehearse --json` prints", z.toJSONSchema(Account)],
  ["calibration", "What `daybreak calibrate --json` prints", z.toJSONSchema(Calibration)],
  ["rehearsal-script", "The script of the scripted model", z.toJSONSchema(ScriptSchema, { io: "input" })],
];

const NO_HTTP_CLIENT = "./src/adapters/actions/no-http-client.ts";

const LICENSES = "dist/licenses.txt";

/** Everything that ships, built in memory. The same sources give the same bytes. */
export async function buildAll(root: string, bundles = BUNDLES): Promise<Shipped> {
  const shipped: Shipped = new Map(SCHEMAS.map(schemaFile));
  const packages = new Set<string>();
  for (const bundle of bundles) {
    const { outputFiles, metafile } = await bundled(root, bundle, bundles);
    for (const { path, contents } of outputFiles) shipped.set(slashed(relative(root, path)), contents);
    for (const folder of packagesOf(metafile)) packages.add(folder);
  }
  shipped.set(LICENSES, await licensesOf(root, [...packages].toSorted()));
  return shipped;
}

/** One sentence per difference between what was built and what stands in the folder. */
export async function differences(root: string, shipped: Shipped): Promise<string[]> {
  const folders = [...new Set([...shipped.keys()].map(dirname))];
  const found = (await Promise.all(folders.map((folder) => filesIn(root, folder)))).flat();
  const strays = found
    .filter((path) => !shipped.has(path))
    .map((path) => `${path} is not built from anything: delete it`);
  const stale: string[] = [];
  for (const [path, bytes] of shipped) {
    const standing = await readFile(join(root, path)).catch(() => null);
    if (standing === null) stale.push(`${path} is missing`);
    else if (!standing.equals(bytes)) stale.push(`${path} differs from its sources`);
  }
  return [...stale, ...strays].toSorted();
}

async function write(root: string, shipped: Shipped): Promise<void> {
  for (const [path, bytes] of shipped) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

function schemaFile([name, title, schema]: (typeof SCHEMAS)[number]): [string, Uint8Array] {
  const file = `${name}.schema.json`;
  return [`schemas/${file}`, Buffer.from(`${JSON.stringify({ $id: file, title, ...schema }, null, 2)}\n`)];
}

async function bundled(
  root: string,
  { entry, file, node, apart = [], banner }: Bundle,
  all: readonly Bundle[],
) {
  if (!existsSync(join(root, entry))) throw new Error(`${entry} is missing: ${file} is built from it`);
  const options = {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: `node${node}`,
    charset: "utf8",
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "silent",
    plugins: [standApart(root, apart, all), wholePlaywright],
    alias: {
      undici: NO_HTTP_CLIENT,
      "@actions/http-client": NO_HTTP_CLIENT,
      "@actions/http-client/lib/auth": NO_HTTP_CLIENT,
    },
    ...(banner === undefined ? {} : { banner: { js: banner } }),
  } as const satisfies BuildOptions;
  const result = await build(options).catch((failed) =>
    refuse(entry, failed.errors ?? [{ text: String(failed) }]),
  );
  if (result.warnings.length > 0) refuse(entry, result.warnings);
  return result;
}

/** A warning is a bundle that will fail at night, such as `import.meta` in CommonJS: it is refused like an error. */
function refuse(entry: string, messages: readonly Pick<Message, "text" | "location">[]): never {
  const lines = messages.map(({ text, location }) =>
    location ? `  ${location.file}:${location.line}:${location.column + 1} ${text}` : `  ${text}`,
  );
  throw new Error([`${entry} cannot be bundled:`, ...lines].join("\n"));
}

function standApart(root: string, apart: readonly string[], all: readonly Bundle[]): Plugin {
  return {
    name: "stand-apart",
    setup({ onResolve, resolve: find }) {
      onResolve({ filter: /^[#.]/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
        if (pluginData === "asked" || apart.length === 0) return null;
        const { path: found } = await find(path, { kind, resolveDir, importer, pluginData: "asked" });
        const source = slashed(relative(root, found));
        if (!apart.includes(source)) return null;
        if (kind !== "dynamic-import")
          return { errors: [{ text: `${source} is a bundle of its own: load it with \`await import()\`` }] };
        const file = all.find(({ entry }) => entry === source)?.file;
        return file ? { path: `./${file.split("/").at(-1)}`, external: true } : null;
      });
    },
  };
}

/** Playwright reads two files beside its code by a path it computes: they are built in like everything else. */
const wholePlaywright: Plugin = {
  name: "whole-playwright",
  setup({ onLoad }) {
    onLoad({ filter: /playwright-core[\\/]lib[\\/]coreBundle\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const file of ["package.json", "browsers.json"]) {
        const name = file.replace(".", "\\.");
        const asked = new RegExp(
          String.raw`require\(import_path\d*\.default\.join\(packageRoot, "${name}"\)\)`,
          "g",
        );
        const found = contents.match(asked)?.length ?? 0;
        if (found !== 1) return { errors: [{ text: `${file} is asked for ${found} times, not once` }] };
        contents = contents.replace(asked, `require("../${file}")`);
      }
      return { contents };
    });
  },
};

/** The folders of the packages whose code is in a bundle. */
function packagesOf({ outputs }: Metafile): Set<string> {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  return folders;
}

async function licensesOf(root: string, folders: readonly string[]): Promise<Uint8Array> {
  const sections = new Set<string>();
  for (const folder of folders) {
    const manifest = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
    const inside = (await readdir(join(root, folder, "lib")).catch(() => []))
      .filter((name) => /\.licen[cs]e$/i.test(name))
      .map((name) => `lib/${name}`);
    const texts = [
      ...(await readdir(join(root, folder))).filter((name) =>
        /^(licen[cs]e|notice|copying|thirdparty)/i.test(name),
      ),
      ...inside,
    ];
    const read = texts.toSorted().map((name) => readFile(join(root, folder, name), "utf8"));
    const whole = (await Promise.all(read)).map((text) => text.replaceAll("\r\n", "\n").trim());
    const none = `The package carries no licence text; its manifest says ${manifest.license}.`;
    const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
    sections.add([title, ...(whole.length > 0 ? whole : [none])].join("\n\n"));
  }
  return Buffer.from(`${[...sections].toSorted().join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}

async function filesIn(root: string, folder: string): Promise<string[]> {
  return (await readdir(join(root, folder)).catch(() => [])).map((name) => `${folder}/${name}`);
}

function slashed(path: string): string {
  return path.replaceAll(sep, "/");
}

async function main(check: boolean): Promise<void> {
  const root = resolve(import.meta.dirname);
  const shipped = await buildAll(root);
  if (!check) return write(root, shipped);
  const different = await differences(root, shipped);
  if (different.length > 0)
    throw new Error([...different, "Run `npm run bundle` and commit the result."].join("\n"));
}

if (import.meta.main)
  await main(process.argv.includes("--check")).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
