/** Opens the local forge on a folder: founds the world there, or finds it as it was left and carries on. */

import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import * as actions from "#rehearsal/forge/actions.ts";
import { Git } from "#rehearsal/forge/git.ts";
import type { Forge, ForgeOptions, ForgeSnapshot } from "#rehearsal/forge/options.ts";
import type { Writer } from "#rehearsal/forge/records.ts";
import { refsMoved } from "#rehearsal/forge/refs.ts";
import { openDoor } from "#rehearsal/forge/server.ts";
import { prepareRepository } from "#rehearsal/forge/smart-http.ts";
import { Store } from "#rehearsal/forge/store.ts";
import { newToken, Tokens } from "#rehearsal/forge/tokens.ts";
import { inLine, isPull, metaOf, now, type World } from "#rehearsal/forge/world.ts";
import type { ForgeEvent } from "#rehearsal/seams.ts";

/**
 * A repository that is already at `<directory>/remote/<owner>/<name>.git` is taken as it is; else an empty one is made.
 * Tokens do not outlive the forge, except the owner's.
 */
export async function openForge(options: ForgeOptions): Promise<Forge> {
  const { owner, name, defaultBranch } = options.repository;
  const directory = resolve(options.directory);
  mkdirSync(`${directory}/remote/${owner}`, { recursive: true });
  const git = new Git(`${directory}/remote/${owner}/${name}.git`);
  await prepareRepository(git, defaultBranch);
  const store = new Store(`${directory}/forge.jsonl`);
  const desk = new EventDesk(store);
  const world: World = {
    options: { ...options, directory },
    store,
    git,
    url: "",
    exclusive: inLine(),
    announce: () => desk.deliver(),
  };
  if (store.get("meta", "meta") === undefined) await found(world);
  const tokens = new Tokens(options, metaOf(world).ownerToken);
  const door = openDoor(world, tokens);
  world.url = await listening(door);
  await refsMoved(world, metaOf(world).writer);
  await actions.cancelOrphans(world);
  return forgeOf(world, tokens, door, desk);
}

/** Refs that are there from the start are nobody's push. */
async function found(world: World): Promise<void> {
  const refs = await world.git.refs();
  const writer: Writer = { actor: world.options.owner, by: "person" };
  const ids = { lastId: 1000, repositoryId: 1000 };
  world.store.transact((draft) => {
    draft.put("meta", "meta", { ...ids, ownerToken: newToken("person"), createdAt: now(), writer });
    for (const [ref, sha] of refs) draft.put("refs", ref, sha);
  });
}

async function listening({ server }: Door): Promise<string> {
  const ready = Promise.withResolvers<void>();
  server.once("error", ready.reject);
  server.listen(0, "127.0.0.1", ready.resolve);
  await ready.promise;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Door = ReturnType<typeof openDoor>;

/** Hands every unhandled event to every listener once per process, in order, after the change that caused it. */
class EventDesk {
  readonly #store: Store;
  readonly #listeners: { listen: (event: ForgeEvent) => void; last: number }[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  subscribe(listen: (event: ForgeEvent) => void): void {
    this.#listeners.push({ listen, last: 0 });
    this.deliver();
  }

  /** Later than the caller, so that no listener acts in the middle of a request. */
  deliver(): void {
    setImmediate(() => {
      for (const listener of this.#listeners) {
        for (const event of this.#store.list("events").filter(({ id }) => id > listener.last)) {
          listener.last = event.id;
          listener.listen(event);
        }
      }
    });
  }

  close(): void {
    this.#listeners.length = 0;
  }
}

function forgeOf(world: World, tokens: Tokens, door: Door, desk: EventDesk): Forge {
  const { store, options } = world;
  const { repositoryId: id, ownerToken } = metaOf(world);
  return {
    url: world.url,
    repository: { ...options.repository, id },
    gitDirectory: world.git.directory,
    settings: options.settings,
    ownerToken,
    subscribe: (listener) => desk.subscribe(listener),
    handled: async (event) => store.transact((draft) => draft.drop("events", event.id)),
    startRun: async (run) => actions.startRun(world, run),
    updateRun: (run, change) => actions.updateRun(world, run, change),
    runs: () => store.list("runs"),
    startCheck: async (check) => actions.startCheck(world, check),
    finishCheck: async (check, conclusion) => actions.finishCheck(world, check, conclusion),
    mintToken: async (grant) => tokens.mint(grant),
    mintAppToken: async (request) => tokens.mintForApp(request),
    revokeToken: async (token) => tokens.revoke(token),
    counts: (run) => store.get("counts", run) ?? { rest: 0, writes: 0, git: 0 },
    press: async (file, inputs = {}) => {
      const writer: Writer = { actor: options.owner, by: "person" };
      const order = { path: `.github/workflows/${file}`, ref: options.repository.defaultBranch, inputs };
      await actions.requestDispatch(world, writer, order);
    },
    tick: (file) => actions.tick(world, file),
    state: () => snapshot(world, door),
    close: async () => {
      desk.close();
      door.server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      door.server.close(() => closed.resolve());
      await closed.promise;
      await world.exclusive(async () => store.close());
      world.git.close();
    },
  };
}

function snapshot({ store }: World, { unknownRoutes }: Door): ForgeSnapshot {
  const issues = store.list("issues");
  return {
    pulls: issues.filter(isPull),
    issues: issues.filter((issue) => issue.pull === null),
    comments: store.list("comments"),
    reviews: store.list("reviews"),
    labels: store.list("labels"),
    statuses: store.list("statuses"),
    checks: store.list("checks"),
    runs: store.list("runs"),
    refs: new Map(store.all("refs")),
    unknownRoutes: [...unknownRoutes],
  };
}
