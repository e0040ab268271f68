/** Tables in memory over an append-only log: one change is one line, and it is in the file before anybody is told. */

import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { Failure } from "#core/errors.ts";
import type { Tables } from "#rehearsal/forge/records.ts";

type Kind = keyof Tables;
type Stored = { [K in Kind]: Map<string, Tables[K]> };
type Entry = { [K in Kind]: [kind: K, key: string, value: Tables[K] | null] }[Kind];

/** Where one change is written down. Must not outlive the call it was given to. */
export type Draft = {
  put<K extends Kind>(kind: K, key: string | number, value: Tables[K]): void;
  drop(kind: Kind, key: string | number): void;
  /** A number never given before. Ids of all kinds count up together. */
  id(): number;
};

export class Store {
  readonly #tables: Stored = emptyTables();
  #file: number | null;

  /** Throws KEEP_UNREADABLE if the log is damaged anywhere but in a last line cut short by a kill. */
  constructor(path: string) {
    for (const entry of readLog(path)) apply(this.#tables, entry);
    compact(path, this.#tables);
    this.#file = openSync(path, "a");
  }

  all<K extends Kind>(kind: K): ReadonlyMap<string, Tables[K]> {
    return this.#tables[kind];
  }

  get<K extends Kind>(kind: K, key: string | number): Tables[K] | undefined {
    return this.#tables[kind].get(String(key));
  }

  list<K extends Kind>(kind: K): Tables[K][] {
    return [...this.#tables[kind].values()];
  }

  /** The one way to change anything. `change` is synchronous, so that no other change comes between. */
  transact<T>(change: (draft: Draft) => T): T {
    if (this.#file === null) throw new Error("the world is closed");
    const entries: Entry[] = [];
    const record = (entry: Entry): void => {
      entries.push(entry);
      apply(this.#tables, entry);
    };
    const result = change({
      put: (kind, key, value) => record([kind, String(key), value] as Entry),
      drop: (kind, key) => record([kind, String(key), null] as Entry),
      id: () => {
        const meta = this.#tables.meta.get("meta");
        if (meta === undefined) throw new Error("ids are given only once the world is founded");
        record(["meta", "meta", { ...meta, lastId: meta.lastId + 1 }]);
        return meta.lastId + 1;
      },
    });
    if (entries.length > 0) writeSync(this.#file, `${JSON.stringify(entries)}\n`);
    return result;
  }

  /** Nothing can be changed afterwards. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

function emptyTables(): Stored {
  return {
    meta: new Map(),
    refs: new Map(),
    issues: new Map(),
    comments: new Map(),
    reviews: new Map(),
    labels: new Map(),
    statuses: new Map(),
    checks: new Map(),
    runs: new Map(),
    reservations: new Map(),
    events: new Map(),
    counts: new Map(),
  };
}

function apply(tables: Stored, [kind, key, value]: Entry): void {
  const table: Map<string, unknown> = tables[kind];
  if (value === null) table.delete(key);
  else table.set(key, value);
}

/** A last line without its line end never became true: whoever asked for it got no answer. */
function readLog(path: string): Entry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.flatMap((line, index) => {
    try {
      return JSON.parse(line) as Entry[];
    } catch (cause) {
      throw new Failure("KEEP_UNREADABLE", `line ${index + 1} of ${path} is not a change`, { cause });
    }
  });
}

function compact(path: string, tables: Stored): void {
  const lines = Object.entries(tables).flatMap(([kind, table]) =>
    [...table].map(([key, value]) => `${JSON.stringify([[kind, key, value]])}\n`),
  );
  writeFileSync(`${path}.new`, lines.join(""));
  renameSync(`${path}.new`, path);
}
