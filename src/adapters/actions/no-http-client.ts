/**
 * Stands in for the toolkit's own HTTP client, and for the undici below it, in our bundles. Octokit asks with Node's
 * fetch; every job would pay for loading 800 kB that nobody calls.
 */

export const fetch = globalThis.fetch;

/** Knows no agent, which the toolkit takes for "no proxy"; it can ask nothing. */
export class HttpClient {
  getAgent(): undefined {
    return undefined;
  }

  getAgentDispatcher(): undefined {
    return undefined;
  }
}

export class BearerCredentialHandler {}

export class ProxyAgent {}
