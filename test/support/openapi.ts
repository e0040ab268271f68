/** GitHub's own OpenAPI description as a judge of exchanges. Knows no server: it only reads what was said. */

import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { Exchange } from "#rehearsal/forge/options.ts";

type Json = { [key: string]: unknown };

export type OpenApiContract = {
  /** Everything wrong with one exchange, as sentences; empty when GitHub could have said it. */
  check(exchange: Exchange): string[];
};

/** What GitHub answers everywhere without writing it down at each operation. */
const EVERYWHERE = ["304", "400", "401", "403", "404", "429", "500", "502", "503"];

/** Refusals GitHub is known to send although its description leaves them out. */
const KNOWN_UNDOCUMENTED = [
  "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches 422",
  "POST /repos/{owner}/{repo}/statuses/{sha} 422",
  "POST /repos/{owner}/{repo}/check-runs 422",
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id} 422",
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs 422",
  "GET /repos/{owner}/{repo}/commits/{ref}/statuses 422",
  "GET /repos/{owner}/{repo}/commits/{ref}/status 422",
];

/** Parameters that may hold slashes. The path of contents may also be missing: then it is the root. */
const LONG = ["ref", "branch", "basehead", "tree_sha"];

export function openApiContract(): OpenApiContract {
  const description = JSON.parse(readFileSync(new URL("../fixtures/openapi.json", import.meta.url), "utf8"));
  allowNull(description);
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const format of ["repo.nwo", "ssh-key"]) ajv.addFormat(format, true);
  ajv.addSchema({ $id: "github", ...description });
  const paths = Object.keys(description.paths)
    .sort((a, b) => weight(a) - weight(b))
    .map((path) => ({ path, pattern: patternOf(path) }));
  const compiled = new Map<string, ValidateFunction>();

  function faults(what: string, keys: readonly string[], value: unknown): string[] {
    const pointer = keys.map(escaped).join("/");
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `github#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    const first = (validate.errors ?? []).slice(0, 5);
    return first.map(
      ({ instancePath, message }) => `${what} ${instancePath || "/"} ${message ?? "is wrong"}`,
    );
  }

  /** Where the JSON schema of a body stands, or null when there is none. */
  function schemaOf(keys: readonly string[]): string[] | null {
    const node = at(description, keys);
    const reference = at(node, ["$ref"]);
    if (typeof reference === "string") return schemaOf(reference.split("/").slice(1));
    const path = ["content", "application/json", "schema"];
    return at(node, path) === undefined ? null : [...keys, ...path];
  }

  function check(exchange: Exchange): string[] {
    const method = exchange.method.toLowerCase();
    const found = paths.find(({ path, pattern }) => {
      return pattern.test(exchange.path) && at(description, ["paths", path, method]) !== undefined;
    });
    const name = `${exchange.method} ${exchange.path}`;
    if (found === undefined) return [`${name}: GitHub has no such operation`];
    const operation = ["paths", found.path, method];
    return [
      ...requestFaults(operation, exchange),
      ...responseFaults(operation, exchange, `${exchange.method} ${found.path} ${exchange.status}`),
    ].map((fault) => `${name} ${exchange.status}: ${fault}`);
  }

  /** A request that was refused may have been wrong: that is what the refusal says. */
  function requestFaults(operation: readonly string[], { requestBody, status }: Exchange): string[] {
    const body = schemaOf([...operation, "requestBody"]);
    if (body === null || status >= 400) return [];
    const isRequired = at(description, [...operation, "requestBody", "required"]) === true;
    if (requestBody === undefined) return isRequired ? ["the request has no body"] : [];
    return faults("request", body, requestBody);
  }

  function responseFaults(operation: readonly string[], exchange: Exchange, key: string): string[] {
    const { status, responseBody } = exchange;
    const response = [...operation, "responses", String(status)];
    if (at(description, response) === undefined) return undocumentedFaults(exchange, key);
    const schema = schemaOf(response);
    if (schema !== null && responseBody !== undefined) return faults("response", schema, responseBody);
    return status === 204 && responseBody !== undefined ? ["a body where there must be none"] : [];
  }

  return { check };
}

function undocumentedFaults({ status, responseBody }: Exchange, key: string): string[] {
  if (![...EVERYWHERE, ...KNOWN_UNDOCUMENTED].some((known) => known === String(status) || known === key)) {
    return [`status ${status} is not documented`];
  }
  return status === 304 || typeof at(responseBody, ["message"]) === "string" ? [] : ["no message"];
}

function at(node: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Json)[key] : undefined),
    node,
  );
}

/** The more fixed a path, the earlier it is tried. */
function weight(path: string): number {
  return (path.match(/\{/g) ?? []).length * 100 - path.split("/").length;
}

function patternOf(path: string): RegExp {
  const source = path
    .replace("/{path}", "(?:/.*)?")
    .replace(/\{(\w+)\}/g, (_, name: string) => (LONG.includes(name) ? ".*" : "[^/]+"));
  return new RegExp(`^${source}/?$`);
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** ajv knows OpenAPI 3.0's `nullable` only beside a `type`; GitHub also writes it beside references. */
function allowNull(node: unknown): void {
  if (Array.isArray(node)) for (const one of node) allowNull(one);
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  const schema = node as Json;
  for (const [key, value] of Object.entries(schema)) if (key !== "enum") allowNull(value);
  if (schema.nullable !== true) return;
  delete schema.nullable;
  if (typeof schema.type === "string") {
    schema.type = [schema.type, "null"];
    if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum.push(null);
    return;
  }
  const copy = { ...schema };
  for (const key of Object.keys(schema)) delete schema[key];
  schema.anyOf = [copy, { type: "null" }];
}
