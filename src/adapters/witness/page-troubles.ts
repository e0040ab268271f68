/** What is wrong with a page by its own account: console errors, uncaught errors, failed requests. Judges no looks. */

import type { BrowserContext, ConsoleMessage, Response } from "playwright-core";

/** Requests without which a page does not work. A missing picture is the console's to tell. */
const NEEDED = new Set(["script", "stylesheet", "fetch", "xhr"]);

/** How the browser's console begins what the network has to say. */
const NETWORK_WORDS = "Failed to load resource";

/** Sentences at most: a page that fails in a loop says the same a thousand times. */
const MOST = 5;

/** Listens from now on; gives back what was wrong so far, each once. */
export function watch(context: BrowserContext, origin: string): () => string[] {
  const troubles = new Set<string>();
  const blocked = new Set<string>();
  const isOwn = (url: string): boolean => url === "" || url === origin || url.startsWith(`${origin}/`);
  context.on("console", (message) => {
    if (message.type() === "error" && !isForeign(message, isOwn))
      troubles.add(`console error: ${firstLine(message.text())}`);
  });
  context.on("weberror", (error) => void troubles.add(`uncaught error: ${firstLine(error.error().message)}`));
  context.on("response", (response) => {
    if (isOwn(response.url()) && isBroken(response))
      troubles.add(
        `${response.request().method()} ${response.url().slice(origin.length)} answered ${response.status()}`,
      );
  });
  context.on("requestfailed", (request) => {
    if (/^https?:/.test(request.url()) && !isOwn(request.url())) blocked.add(new URL(request.url()).host);
  });
  return () => {
    const said = [...troubles].slice(0, MOST);
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

function isIcon(url: string): boolean {
  return new URL(url, "http://127.0.0.1").pathname === "/favicon.ico";
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}
