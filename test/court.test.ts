/** The court as an owner meets it: a roadmap and a change in, what was proven or what is missing out. Real runs. */

import { beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "#ports/sandbox.ts";
import type { Judgement } from "#src/trial.ts";
import type { Case } from "./cheats/case.ts";
import { anySandbox, tryCase } from "./support/case-trial.ts";
import { needs } from "./support/requirements.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await anySandbox();
});

const SHOP = {
  "package.json": JSON.stringify({ name: "shop", type: "module", scripts: { test: "node --test" } }),
  "src/price.js": "export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);\n",
  "server.js": [
    'import { createServer } from "node:http";',
    'import { total } from "./src/price.js";',
    "createServer((request, response) => {",
    '  response.setHeader("content-type", "text/html");',
    `  response.end('<button onclick="document.title = 1">Pay</button><p>' + total([1, 2]) + " euros</p>");`,
    "}).listen(process.env.PORT);",
    "",
  ].join("\n"),
  "test/price.test.js": [
    'import assert from "node:assert/strict";',
    'import test from "node:test";',
    'import { total } from "../src/price.js";',
    'test("sums prices", () => assert.equal(total([1, 2]), 3));',
    "",
  ].join("\n"),
};

const DISCOUNT = "export const discounted = (price, percent) => price - (price * percent) / 100;\n";
const DISCOUNT_TEST = [
  'import assert from "node:assert/strict";',
  'import test from "node:test";',
  'import { discounted } from "../src/discount.js";',
  'test("M1/1: a tenth off", () => assert.equal(discounted(200, 10), 180));',
  "",
].join("\n");
const HONEST = { "src/discount.js": DISCOUNT, "test/discount.test.js": DISCOUNT_TEST };

const M1 = [
  "### M1 — Discounts 📝",
  "**Objective:** Prices can be reduced.",
  "**Acceptance criteria:**",
].join("\n");

async function judged(given: Partial<Case>, criteria = ["Ten percent off 200 is 180"]): Promise<Judgement> {
  return await tryCase(
    {
      ...{ name: "", sort: "honest", language: "javascript", runner: "node:test", base: SHOP, rules: [] },
      milestone: `${M1}\n${criteria.map((one) => `- ${one}\n`).join("")}`,
      change: HONEST,
      ...given,
    },
    sandbox,
  );
}

const said = ({ says, because }: Judgement) => [says, ...because].join("\n");

describe("a feature", () => {
  test("is proven by a test that names its criterion, fails without the change, and fails when its functions do nothing", async () => {
    const judgement = await judged({});
    expect(said(judgement)).toBe("proven");
    expect(judgement.evidence?.proofs).toMatchObject([
      {
        test: "test/discount.test.js > M1/1: a tenth off",
        onBase: "error",
        missing: true,
        onHead: "passed",
        onStub: "failed",
        steady: true,
      },
    ]);
    expect(judgement.evidence?.findings).toMatchObject([{ finding: "proven" }]);
  });

  test("is refused when its new test would also pass with empty functions", async () => {
    const hollow = DISCOUNT_TEST.replace("discounted(200, 10), 180", "typeof discounted, 'function'");
    expect(said(await judged({ change: { ...HONEST, "test/discount.test.js": hollow } }))).toMatch(
      /^refused\nunproven: red → green is not shown: 1 new or changed test fails on the old source only for want of something, and passes although the change's functions do nothing or answer something else/,
    );
  });

  test("is refused when its tests take the report away by which they would be judged", async () => {
    const thief = DISCOUNT_TEST.replace("discounted(200, 10), 180", "typeof discounted, 'function'").concat(
      'import { rmSync } from "node:fs";\n',
      'const place = Object.entries(process.env).find(([name]) => name.endsWith("_REPORT"))?.[1];\n',
      "if (place) rmSync(place, { force: true });\n",
    );
    const judgement = await judged({ change: { ...HONEST, "test/discount.test.js": thief } });
    expect(said(judgement)).toContain(
      "report forged: the tests left a report on base, and none with the new and changed tests",
    );
  });

  test("is refused without any new test, and says what would make it pass", async () => {
    expect(said(await judged({ change: { "src/discount.js": DISCOUNT } }))).toBe(
      "refused\nunproven: red → green is not shown: no test was added or changed. Add a test that fails on the code as it was, because it does not yet do what the milestone asks for, and passes with the change.",
    );
  });

  test("is held for a human when its criterion names no way and no test names it", async () => {
    const unnamed = DISCOUNT_TEST.replace("M1/1: ", "");
    expect(said(await judged({ change: { ...HONEST, "test/discount.test.js": unnamed } }))).toMatch(
      /^held\nonly a human can judge “Ten percent off 200 is 180”/,
    );
  });

  test("is refused when it breaks what an earlier milestone promised, although every test is green", async () => {
    const earlier =
      "### M0 — A shop ✅\n**Objective:** Sell.\n**Acceptance criteria:**\n- `true` passes\n**Smoke:** `node -e \"import('./src/price.js').then((shop) => process.exit(shop.total([2, 2]) === 4 ? 0 : 3))\"`\n\n";
    const milestone = `${earlier}${M1}\n- Ten percent off 200 is 180\n`;
    const broken = SHOP["src/price.js"].replace(
      "sum + price, 0",
      "price === 2 && sum === 2 ? 5 : sum + price, 0",
    );
    expect(said(await judged({ milestone }))).toBe("proven");
    expect(said(await judged({ milestone, change: { ...HONEST, "src/price.js": broken } }))).toMatch(
      /smoke broken: M0 promised `node -e .*`, which exited 3/,
    );
  });
});

describe("the program itself", () => {
  const policy = { start: { command: "node server.js", port: 8123 } };
  const ways = ['The total is shown (http: GET / → 200 "3 euros")'];

  needs("bubblewrap")("is asked over HTTP, before and after", async () => {
    const greeting = SHOP["server.js"].replace("<p>", "<p>Hello, ");
    const judgement = await judged({ policy, change: { ...HONEST, "server.js": greeting } }, [
      'It greets (http: GET / → 200 "Hello, 3 euros")',
      ...ways,
    ]);
    expect(judgement.evidence?.findings.map(({ finding }) => finding)).toEqual(["proven", "regression"]);
    expect(judgement.evidence?.demonstrated).toEqual(["It greets"]);
    expect(said(judgement)).toBe("proven");
  });

  needs("chromium and bubblewrap")(
    "is refused when its tests are green and its page is broken",
    async () => {
      const broken = SHOP["server.js"].replace("document.title = 1", "pay()");
      const criteria = ['The button pays (browser: open /; click "Pay"; see "3 euros")'];
      expect(said(await judged({ policy, change: { ...HONEST, "server.js": broken } }, criteria))).toMatch(
        /^refused\ncriterion “The button pays” failed: .*pay is not defined/,
      );
    },
    120_000,
  );
});

test("a red base is said to be red, and nobody is blamed for it", async () => {
  const red = {
    ...SHOP,
    "test/red.test.js": 'import test from "node:test";\ntest("red", () => { throw new Error(); });\n',
  };
  expect(said(await judged({ base: red }))).toBe("held\n`npm test` exited 1 on base");
});
