/** One step in a page, done as a person would: by what can be read there. Knows no selectors. */

import { setTimeout as pause } from "node:timers/promises";
import type { Locator, Page } from "playwright-core";
import type { BrowserStep } from "#core/milestone.ts";

/** Milliseconds until what should be there is there, and what should go is gone. */
const PATIENCE = 5_000;

/** Milliseconds in which something missing must stay away. */
const STAYS_AWAY = 500;

const BETWEEN_LOOKS = 50;

/** What a person clicks on, and what a person writes into. */
const CLICKABLE = ["button", "link", "checkbox", "radio", "switch", "tab", "menuitem", "option"] as const;
const WRITABLE = ["textbox", "searchbox", "combobox", "spinbutton", "listbox"] as const;

/** Why it could not be done, or null. Never throws for what the page does. */
export async function take(
  page: Page,
  origin: string,
  step: BrowserStep,
  milliseconds: number,
): Promise<string | null> {
  const patience = Math.min(PATIENCE, milliseconds);
  try {
    return await attempt(page, origin, step, { milliseconds, patience });
  } catch (cause) {
    const [line = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    return line.replace(/^(?:[\w.]+: )+/, "");
  }
}

async function attempt(
  page: Page,
  origin: string,
  step: BrowserStep,
  { milliseconds, patience }: { milliseconds: number; patience: number },
): Promise<string | null> {
  switch (step.do) {
    case "open":
      return await open(page, `${origin}${step.path.startsWith("/") ? "" : "/"}${step.path}`, milliseconds);
    case "click": {
      const found = await find(candidates(page, step.what, CLICKABLE), patience);
      await found?.click({ timeout: patience });
      return found ? null : "there is nothing of that name to click";
    }
    case "fill": {
      const found = await find(candidates(page, step.what, WRITABLE), patience);
      if (found) await write(found, step.value, patience);
      return found ? null : "there is no field of that name";
    }
    case "press":
      await page.keyboard.press(step.key);
      return null;
    case "see":
      return (await find([page.getByText(step.text)], patience)) ? null : "it is not to be seen";
    case "miss":
      return (await staysAway(page.getByText(step.text), patience)) ? null : "it is still to be seen";
  }
}

async function open(page: Page, url: string, timeout: number): Promise<string | null> {
  const response = await page.goto(url, { waitUntil: "load", timeout });
  const status = response?.status() ?? 0;
  return status >= 400 ? `the page answered ${status}` : null;
}

/** The most telling first: exactly so called before partly so called, and by its role before by its place. */
function candidates(page: Page, what: string, roles: typeof CLICKABLE | typeof WRITABLE): readonly Locator[] {
  return [true, false].flatMap((exact) => [
    ...roles.map((role) => page.getByRole(role, { name: what, exact })),
    page.getByLabel(what, { exact }),
    page.getByPlaceholder(what, { exact }),
    page.getByText(what, { exact }),
  ]);
}

/** The first visible one, as soon as there is one. */
async function find(locators: readonly Locator[], patience: number): Promise<Locator | null> {
  const until = performance.now() + patience;
  do {
    for (const locator of locators) {
      const seen = locator.filter({ visible: true }).first();
      if ((await seen.count()) > 0) return seen;
    }
    await pause(BETWEEN_LOOKS);
  } while (performance.now() < until);
  return null;
}

async function write(field: Locator, value: string, timeout: number): Promise<void> {
  const kind = await field.evaluate(({ tagName }: { tagName: string }) => tagName, undefined, { timeout });
  if (kind === "SELECT") await field.selectOption({ label: value }, { timeout });
  else await field.fill(value, { timeout });
}

async function staysAway(locator: Locator, patience: number): Promise<boolean> {
  const visible = locator.filter({ visible: true });
  const until = performance.now() + patience + STAYS_AWAY;
  let goneSince: number | null = null;
  while (performance.now() < until) {
    const now = performance.now();
    goneSince = (await visible.count()) > 0 ? null : (goneSince ?? now);
    if (goneSince !== null && now - goneSince >= STAYS_AWAY) return true;
    await pause(BETWEEN_LOOKS);
  }
  return false;
}
