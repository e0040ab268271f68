/** Plays actions/create-github-app-token: a token of the App from the forge, revoked when the job ends. */

import type { Permissions } from "#rehearsal/seams.ts";
import type { BuiltInUse } from "./built-in.ts";
import { flag } from "./built-in.ts";

const PREFIX = "permission-";

export async function createAppToken(use: BuiltInUse): Promise<void> {
  const { live, inputs, output } = use;
  const { host } = live.machine.options;
  const clientId = inputs["client-id"] || inputs["app-id"] || "";
  const privateKey = inputs["private-key"] ?? "";
  if (clientId === "") throw new Error("Either 'client-id' or 'app-id' input must be set");
  if (privateKey === "") throw new Error("Input required and not supplied: private-key");
  const { owner, name } = host.repository;
  for (const [key, own] of [
    ["owner", owner],
    ["repositories", name],
  ] as const)
    if ((inputs[key] || own).toLowerCase() !== own.toLowerCase())
      throw new Error(
        `\`${key}: ${inputs[key]}\` is not supported by the local runner: there is only ${owner}/${name}`,
      );
  const minted = await host.mintAppToken({
    clientId,
    privateKey,
    permissions: wanted(inputs),
    run: live.run,
  });
  if (minted === null)
    throw new Error("A JSON web token could not be decoded: the App's client id and private key do not fit");
  live.masks.add(minted.token);
  output("token", minted.token);
  output("installation-id", String(minted.installation));
  output("app-slug", minted.slug);
  if (flag(use, "skip-token-revoke", false)) return;
  live.posts.unshift(async () => {
    live.log.say("[step] Post actions/create-github-app-token: the token is revoked");
    await host.revokeToken(minted.token);
  });
}

/** `permission-pull-requests: write` and its like. Without any, the token gets what the App has. */
function wanted(inputs: Readonly<Record<string, string>>): Permissions {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, level]) => key.startsWith(PREFIX) && level !== "")
      .map(([key, level]) => {
        if (level !== "read" && level !== "write") throw new Error(`Invalid value for ${key}: ${level}`);
        return [key.slice(PREFIX.length), level];
      }),
  );
}
