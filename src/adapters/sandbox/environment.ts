/** The whole environment of a sandboxed command, as an allow-list. Reads nothing from our own environment. */

/**
 * Every variable a foreign command sees, and no other. `offline` keeps package managers from trying the network
 * that is not there; the owner's `setup:` sets it to false. `extra` is for what a caller names on purpose.
 */
export function allowedEnvironment({
  path,
  home,
  temporary = "/tmp",
  offline = true,
  extra = {},
}: {
  path: string;
  home: string;
  temporary?: string;
  offline?: boolean;
  extra?: Readonly<Record<string, string>>;
}): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    TMPDIR: temporary,
    LANG: "C.UTF-8",
    TERM: "dumb",
    CI: "true",
    PAGER: "cat",
    GIT_PAGER: "cat",
    GIT_TERMINAL_PROMPT: "0",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
    ...(offline ? { npm_config_offline: "true" } : {}),
    ...extra,
  };
}

/** What the machine's owner may let `setup:` see beside the allow-list: the way out, and whom to trust on it. */
export const NETWORK_VARIABLES = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
] as const;
