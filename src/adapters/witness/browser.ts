/** What a person does and sees in a browser. A bundle of its own, because what drives the browser is heavy. Starts none. */

import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { watch } from "#adapters/witness/page-troubles.ts";
import { take } from "#adapters/witness/steps.ts";
import type { BrowserStep } from "#core/milestone.ts";
import { sayStep } from "#core/roadmap-browser.ts";

export type Sitting = {
  /** Where the browser's debugging protocol is spoken. */
  endpoint: string;
  /** Where the program's pages are, without a slash at the end. */
  origin: string;
  seconds: number;
};

/** What was seen at the end, and what was wrong: the step that failed, then the page's own errors. */
export type Seen = { troubles: string[]; text: string; pictured: boolean };

/** Milliseconds after the last step in which a page may still show what is wrong with it. */
const AFTERTHOUGHT = 400;

/** Milliseconds a page may go on loading before its picture is taken all the same. */
const TO_SETTLE = 3_000;

const WIDTHS = [390, 820, 1440] as const;

/** Pixels of a page's height in a picture. */
const MOST_HEIGHT = 4_000;

/** Goes through the steps and leaves a picture of the end in the file, whether they hold or not. */
export async function drive(
  { endpoint, origin, seconds }: Sitting,
  steps: readonly BrowserStep[],
  picture: string,
): Promise<Seen> {
  const until = performance.now() + seconds * 1_000;
  return await withBrowser(endpoint, async (browser) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      acceptDownloads: false,
    });
    await stayAt(context, origin);
    const page = await context.newPage();
    const troubles = watch(context, origin);
    page.on("dialog", (dialog) => void dialog.accept().catch(() => undefined));
    const failed = await takeAll(page, origin, steps, until);
    await page.waitForTimeout(AFTERTHOUGHT).catch(() => undefined);
    const text = await page.innerText("body", { timeout: 1_000 }).catch(() => "");
    const pictured = await page.screenshot({ path: picture, timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    const wrong = troubles(failed === null && steps.some((step) => step.do === "see"));
    return { troubles: [...(failed === null ? [] : [failed]), ...wrong], text, pictured };
  });
}

/** Pictures of one path, in light and dark at three widths. Gives back the names of those that came about. */
export async function photograph(
  { endpoint, origin, seconds }: Sitting,
  path: string,
  { folder, name }: { folder: string; name: string },
): Promise<string[]> {
  const until = performance.now() + seconds * 1_000;
  return await withBrowser(endpoint, async (browser) => {
    const names: string[] = [];
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of WIDTHS) {
        const left = until - performance.now();
        if (left <= 0) return names;
        const file = `${name}-${colorScheme}-${width}.png`;
        const viewport = { width, height: 900 };
        const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
        await stayAt(context, origin);
        const taken = await portrait(
          await context.newPage(),
          `${origin}${path}`,
          join(folder, file),
          left,
        ).then(
          () => true,
          () => false,
        );
        if (taken) names.push(file);
        await context.close();
      }
    return names;
  });
}

async function portrait(page: Page, url: string, picture: string, timeout: number): Promise<void> {
  await page.goto(url, { waitUntil: "load", timeout });
  await page.waitForLoadState("networkidle", { timeout: TO_SETTLE }).catch(() => undefined);
  const { width = 0 } = page.viewportSize() ?? {};
  const whole = await page.evaluate("document.documentElement.scrollHeight");
  const height = Math.max(1, Math.min(Number(whole), MOST_HEIGHT));
  const clip = { x: 0, y: 0, width, height };
  await page.screenshot({ path: picture, fullPage: true, clip, animations: "disabled", timeout });
}

async function withBrowser<Result>(
  endpoint: string,
  use: (browser: Browser) => Promise<Result>,
): Promise<Result> {
  const browser = await chromium.connectOverCDP(endpoint, { timeout: 15_000 });
  try {
    return await use(browser);
  } finally {
    await browser.close().catch(() => undefined);
  }
}

/** The sandbox leads nowhere else anyway; this says so at once, and holds where there is no sandbox. */
async function stayAt(context: BrowserContext, origin: string): Promise<void> {
  const host = new URL(origin).port;
  const isOwn = (url: URL): boolean =>
    ["127.0.0.1", "localhost"].includes(url.hostname) && (url.port || "80") === (host || "80");
  await context.route(
    (url) => !isOwn(url) && url.protocol.startsWith("http"),
    (route) => route.abort("blockedbyclient"),
  );
  await context.routeWebSocket(
    (url) => !isOwn(url),
    (socket) => socket.close(),
  );
}

/** What the first step that failed says, or null. A page is opened even when no step says so. */
async function takeAll(
  page: Page,
  origin: string,
  steps: readonly BrowserStep[],
  until: number,
): Promise<string | null> {
  const [first] = steps;
  const all = first?.do === "open" ? steps : [{ do: "open", path: "/" } as const, ...steps];
  for (const step of all) {
    const left = until - performance.now();
    const failed = left > 0 ? await take(page, origin, step, left) : "there was no time left";
    if (failed !== null) return `${sayStep(step)}: ${failed}`;
  }
  return null;
}
