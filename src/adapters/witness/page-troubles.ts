/** What is wrong with a page by its own account: console errors, uncaught errors, failed requests. Judges no looks. */

import type { BrowserContext, ConsoleMessage, Response } from "playwright-core";

/** Requests without which a page does not work. A missing picture is the console's to tell. */
const NEEDED = new Set(["script", "stylesheet", "fetch", "xhr"]);

/** How the browser's console begins what the network has to say. */
const NETWORK_WORDS = "Failed to load resource";

/** Sentences at most: a page that fails in a loop says the same a thousand times. */
const MOST = 5;

/** Requests of the page's own code, which may know what to do with a refusal. */
const ASKED_BY_CODE = new Set(["fetch", "xhr"]);

/**
 * Listens from now on; gives back what was wrong so far, each once. Of a refusal (4xx) that the page's own code asked
 * for it says nothing where `asExpected`: a page that then shows what it should has handled it. What the page itself
 * writes to the console, or leaves uncaught, is told either way.
 */
export function watch(context: BrowserContext, origin: string): (asExpected: boolean) => string[] {
  /** By sentence; the URL of the refusal it is about, or null. */
  const troubles = new Map<string, string | null>();
  const refused = new Set<string>();
  const blocked = new Set<string>();
  const isOwn = (url: string): boolean => url === "" || url === origin || url.startsWith(`${origin}/`);
  context.on("console", (message) => {
    if (message.type() !== "error" || isForeign(message, isOwn)) return;
    const about = message.text().startsWith(NETWORK_WORDS) ? message.location().url : null;
    // The same words of another address are another trouble.
    troubles.set(
      `console error: ${firstLine(message.text())}${about === null ? "" : ` at ${pathOf(about)}`}`,
      about,
    );
  });
  context.on(
    "weberror",
    (error) => void troubles.set(`uncaught error: ${firstLine(error.error().message)}`, null),
  );
  context.on("response", (response) => {
    if (!isOwn(response.url()) || !isBroken(response)) return;
    if (isRefusal(response)) refused.add(response.url());
    troubles.set(
      `${response.request().method()} ${pathOf(response.url())} answered ${response.status()}`,
      response.url(),
    );
  });
  context.on("requestfailed", (request) => {
    if (/^https?:/.test(request.url()) && !isOwn(request.url())) blocked.add(new URL(request.url()).host);
  });
  return (asExpected) => {
    const isHandled = (about: string | null) => asExpected && about !== null && refused.has(about);
    const all = [...troubles].flatMap(([trouble, about]) => (isHandled(about) ? [] : [trouble]));
    const said = all.slice(0, MOST);
    const others = [...blocked].slice(0, MOST).join(", ");
    return said.length > 0 && others !== "" ? [...said, `no other host can be reached, not ${others}`] : said;
  };
}

/** What the network says twice, of a host that is out of reach, or of an icon nobody asked for. */
function isForeign(message: ConsoleMessage, isOwn: (url: string) => boolean): boolean {
  if (!message.text().startsWith(NETWORK_WORDS)) return false;
  const { url } = message.location();
  return !isOwn(url) || isIcon(url);
}

function isBroken(response: Response): boolean {
  return response.status() >= 400 && NEEDED.has(response.request().resourceType()) && !isIcon(response.url());
}

function isRefusal(response: Response): boolean {
  return response.status() < 500 && ASKED_BY_CODE.has(response.request().resourceType());
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, "http://127.0.0.1");
  return `${pathname}${search}`;
}

function isIcon(url: string): boolean {
  return new URL(url, "http://127.0.0.1").pathname === "/favicon.ico";
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}
