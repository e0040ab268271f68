/**
 * Stands in for the package undici in our bundles. The toolkit asks it for a fetch and for proxies; Node brings its own
 * fetch, and every job would pay for loading 800 kB it never uses.
 */

export const fetch = globalThis.fetch;

export class ProxyAgent {
  constructor() {
    throw new Error("Proxies are Node's to handle: set NODE_USE_ENV_PROXY=1 on the runner.");
  }
}
