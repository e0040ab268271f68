/** Who a token speaks for, what it may do and how often. Tokens live as long as the process: jobs die with it too. */

import { randomBytes } from "node:crypto";
import { Failure } from "#core/errors.ts";
import type { ForgeOptions } from "#rehearsal/forge/options.ts";
import { ACTIONS_APP, ACTIONS_BOT, appBot } from "#rehearsal/forge/world.ts";
import type { Actor, Permissions, TokenGrant } from "#rehearsal/seams.ts";

export type Holder = {
  grant: TokenGrant;
  actor: Actor;
  by: TokenGrant["kind"];
  /** Keys with hyphens, as in workflow files. Empty for a person, who may do everything. */
  permissions: Permissions;
  /** The app whose installation token it is; null for a person. */
  app: number | null;
  run: number | null;
};

const PREFIX = { "github-token": "ghs_", app: "ghs_", person: "ghp_" } as const;

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const HOURLY = { "github-token": 1000, app: 5000, person: 5000 } as const;

export type Quota = { limit: number; used: number; reset: number };

export class Tokens {
  readonly #options: ForgeOptions;
  readonly #holders = new Map<string, Holder>();
  readonly #quotas = new Map<TokenGrant["kind"], Quota>();

  constructor(options: ForgeOptions, ownerToken: string) {
    this.#options = options;
    this.#holders.set(ownerToken, this.#holderOf({ kind: "person", actor: options.owner }));
  }

  mint(grant: TokenGrant): string {
    const token = newToken(grant.kind);
    this.#holders.set(token, this.#holderOf(grant));
    return token;
  }

  /** Throws TOKEN_REFUSED when the installation was not granted what is asked for. Nothing asked: everything granted. */
  mintForApp(request: { clientId: string; privateKey: string; permissions: Permissions; run: number }) {
    const { app } = this.#options;
    if (app === undefined || request.clientId !== app.clientId) return null;
    if (request.privateKey.trim() !== app.privateKey.trim()) return null;
    const granted = hyphenated(app.permissions);
    const asked = Object.entries(hyphenated(request.permissions));
    const beyond = asked.find(([key, level]) => !covers(granted[key], level));
    if (beyond !== undefined) {
      throw new Failure("TOKEN_REFUSED", `the App's installation was not granted ${beyond.join(": ")}`);
    }
    const permissions = asked.length === 0 ? granted : Object.fromEntries(asked);
    const token = this.mint({ kind: "app", permissions, run: request.run });
    return { token, slug: app.slug, installation: app.id + 1 };
  }

  revoke(token: string): void {
    this.#holders.delete(token);
  }

  /** From an `authorization` header of any scheme GitHub takes, its name in any case. */
  holder(authorization: string | undefined): Holder | null {
    const [, scheme = "", rest = ""] = /^(\w+) +(.+)$/.exec(authorization ?? "") ?? [];
    if (!/^(basic|bearer|token)$/i.test(scheme)) return null;
    const basic = /^basic$/i.test(scheme);
    const token = basic
      ? Buffer.from(rest, "base64")
          .toString()
          .replace(/^[^:]*:/, "")
      : rest;
    return this.#holders.get(token.trim()) ?? null;
  }

  /** The hour begins with its first request. All tokens of a kind draw on one quota. */
  quota(kind: TokenGrant["kind"]): Quota {
    const seconds = Math.floor(Date.now() / 1000);
    const known = this.#quotas.get(kind);
    if (known !== undefined && known.reset > seconds) return known;
    const fresh = { limit: this.#options.limits?.[kind] ?? HOURLY[kind], used: 0, reset: seconds + 3600 };
    this.#quotas.set(kind, fresh);
    return fresh;
  }

  #holderOf(grant: TokenGrant): Holder {
    const common = { grant, by: grant.kind };
    if (grant.kind === "person") {
      return { ...common, actor: grant.actor, permissions: {}, app: null, run: null };
    }
    const permissions = { ...hyphenated(grant.permissions), metadata: "read" as const };
    const { app } = this.#options;
    if (grant.kind === "app" && app !== undefined) {
      return { ...common, actor: appBot(app), permissions, app: app.id, run: grant.run };
    }
    return { ...common, actor: ACTIONS_BOT, permissions, app: ACTIONS_APP, run: grant.run };
  }
}

export function newToken(kind: TokenGrant["kind"]): string {
  return `${PREFIX[kind]}${randomBytes(18).toString("hex")}`;
}

/** `needs` such as `contents:write`; any one of several is enough, none needs none. */
export function mayDo(holder: Holder, needs: readonly string[]): boolean {
  if (holder.grant.kind === "person" || needs.length === 0) return true;
  return needs.some((need) => {
    const [key = "", level = "write"] = need.split(":");
    return covers(holder.permissions[key], level);
  });
}

function covers(granted: string | undefined, asked: string): boolean {
  if (asked === "none") return true;
  return granted === "write" || (granted === "read" && asked === "read");
}

function hyphenated(permissions: Permissions): Permissions {
  return Object.fromEntries(
    Object.entries(permissions).map(([key, level]) => [key.replaceAll("_", "-"), level]),
  );
}
