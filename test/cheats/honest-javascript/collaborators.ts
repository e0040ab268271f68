/** Honest features in node:test with collaborators, time, servers, errors and helpers in their tests. */

import { NODE_TEST, PRICE_JS, SHOP } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const COLLABORATORS_JAVASCRIPT = honest(SHOP, [
  {
    name: "A retry is the feature, and its collaborator is a mock",
    milestone: asks("Retry of orders", "A short outage loses no order.", [
      "An order is sent up to three times, then the last error is thrown, as `order(send, basket)`",
    ]),
    change: {
      "src/order.js": text`
        const MOST = 3;

        export async function order(send, basket) {
          for (let attempt = 1; ; attempt += 1) {
            try {
              return await send(basket);
            } catch (error) {
              if (attempt === MOST) throw error;
            }
          }
        }
      `,
      "test/order.test.js": `${NODE_TEST}${text`
        import { order } from "../src/order.js";

        test("M1/1: sends again after an error", async (t) => {
          let calls = 0;
          const send = t.mock.fn(async () => {
            calls += 1;
            if (calls < 3) throw new Error("busy");
            return "ordered";
          });
          assert.equal(await order(send, ["tea"]), "ordered");
          assert.equal(send.mock.callCount(), 3);
          assert.deepEqual(send.mock.calls[2].arguments, [["tea"]]);
        });

        test("M1/1: gives up after three times", async (t) => {
          const send = t.mock.fn(async () => {
            throw new Error("down");
          });
          await assert.rejects(order(send, []), /down/);
          assert.equal(send.mock.callCount(), 3);
        });
      `}`,
    },
  },
  {
    name: "A collaborator's method is mocked where the subject uses it",
    milestone: asks("Receipts by mail", "Shoppers get a receipt.", [
      "A receipt with the total is mailed to the shopper, as `mailReceipt(address, prices)`",
    ]),
    base: {
      "src/mailer.js": 'export const mailer = {\n  send() {\n    throw new Error("no network");\n  },\n};\n',
    },
    change: {
      "src/receipt.js": text`
        import { mailer } from "./mailer.js";
        import { formatted, total } from "./price.js";

        export function mailReceipt(address, prices) {
          mailer.send(address, "Sum: " + formatted(total(prices)));
        }
      `,
      "test/receipt.test.js": `${NODE_TEST}${text`
        import { mailer } from "../src/mailer.js";
        import { mailReceipt } from "../src/receipt.js";

        test("M1/1: mails the total", (t) => {
          const send = t.mock.method(mailer, "send", () => {});
          mailReceipt("ada@example.com", [100, 250]);
          assert.deepEqual(send.mock.calls[0].arguments, ["ada@example.com", "Sum: $3.50"]);
        });
      `}`,
    },
  },
  {
    name: "Time is mocked to test a delay",
    milestone: asks("Debounced search", "Typing asks the server once.", [
      "Calls within the delay become one, the last, as `debounce(action, milliseconds)`",
    ]),
    change: {
      "src/debounce.js": text`
        export function debounce(action, milliseconds) {
          let timer;
          return (...words) => {
            clearTimeout(timer);
            timer = setTimeout(() => action(...words), milliseconds);
          };
        }
      `,
      "test/debounce.test.js": `${NODE_TEST}${text`
        import { debounce } from "../src/debounce.js";

        test("M1/1: only the last call counts", (t) => {
          t.mock.timers.enable({ apis: ["setTimeout"] });
          const asked = [];
          const search = debounce((word) => asked.push(word), 100);
          search("t");
          t.mock.timers.tick(60);
          search("tea");
          t.mock.timers.tick(99);
          assert.deepEqual(asked, []);
          t.mock.timers.tick(1);
          assert.deepEqual(asked, ["tea"]);
        });
      `}`,
    },
  },
  {
    name: "Errors carry a code, and the tests catch them to look at it",
    milestone: asks("Errors with a code", "Callers can tell errors apart.", [
      "A price that is no number is refused with the code BAD_PRICE, as `checked(price)`",
    ]),
    change: {
      "src/checked.js": text`
        export class PriceError extends Error {
          constructor(price) {
            super("not a price: " + price);
            this.code = "BAD_PRICE";
          }
        }

        export function checked(price) {
          if (!Number.isInteger(price)) throw new PriceError(price);
          return price;
        }
      `,
      "test/checked.test.js": `${NODE_TEST}${text`
        import { checked, PriceError } from "../src/checked.js";

        test("M1/1: refuses what is no price", () => {
          let caught;
          try {
            checked("free");
          } catch (error) {
            caught = error;
          }
          assert.ok(caught instanceof PriceError);
          assert.equal(caught.code, "BAD_PRICE");
          assert.equal(caught.message, "not a price: free");
        });

        test("lets a price through", () => {
          assert.equal(checked(5), 5);
        });
      `}`,
    },
  },
  {
    name: "Asynchronous code is awaited in its tests",
    milestone: asks("Prices from files", "Prices are kept on disk.", [
      "A file of one price per line is summed, a missing one is nought, as `fileTotal(path)`",
    ]),
    change: {
      "src/file-total.js": text`
        import { readFile } from "node:fs/promises";
        import { total } from "./price.js";

        export async function fileTotal(path) {
          try {
            const text = await readFile(path, "utf8");
            return total(text.split("\n").filter(Boolean).map(Number));
          } catch (error) {
            if (error.code === "ENOENT") return 0;
            throw error;
          }
        }
      `,
      "test/file-total.test.js": `${NODE_TEST}${text`
        import { mkdtemp, rm, writeFile } from "node:fs/promises";
        import { tmpdir } from "node:os";
        import { join } from "node:path";
        import { fileTotal } from "../src/file-total.js";

        test("M1/1: sums the prices of a file", async () => {
          const folder = await mkdtemp(join(tmpdir(), "prices-"));
          try {
            await writeFile(join(folder, "prices.txt"), "100\n250\n");
            assert.equal(await fileTotal(join(folder, "prices.txt")), 350);
            assert.equal(await fileTotal(join(folder, "none.txt")), 0);
          } finally {
            await rm(folder, { recursive: true });
          }
        });
      `}`,
    },
  },
  {
    name: "Tests share a helper in a folder of their own",
    milestone: asks("Baskets", "Things are bought together.", [
      "A basket knows its total and how many things it holds, as `Basket`",
    ]),
    change: {
      "src/basket.js": text`
        import { total } from "./price.js";

        export class Basket {
          #prices = [];

          add(price) {
            this.#prices.push(price);
            return this;
          }

          get size() {
            return this.#prices.length;
          }

          get total() {
            return total(this.#prices);
          }
        }
      `,
      "test/support/basket-of.js": text`
        import { Basket } from "../../src/basket.js";

        /** A basket that holds these prices. */
        export function basketOf(...prices) {
          return prices.reduce((basket, price) => basket.add(price), new Basket());
        }
      `,
      "test/basket/basket.test.js": `${NODE_TEST}${text`
        import { basketOf } from "../support/basket-of.js";

        test("M1/1: knows its total", () => {
          assert.equal(basketOf(1, 2, 3).total, 6);
        });

        test("M1/1: knows how much it holds", () => {
          assert.equal(basketOf().size, 0);
          assert.equal(basketOf(5, 5).size, 2);
        });
      `}`,
    },
  },
  {
    name: "An assertion of the project's own does the comparing",
    milestone: asks("Tax", "Prices show the tax.", ["A fifth is put on top, rounded, as `taxed(cents)`"]),
    change: {
      "src/tax.js": "export function taxed(cents) {\n  return Math.round(cents * 1.2);\n}\n",
      "test/support/assert-price.js": text`
        import assert from "node:assert/strict";

        export function assertPrice(actual, expected) {
          assert.ok(Number.isInteger(actual), "a price is a whole number of cents");
          assert.equal(actual, expected);
        }
      `,
      "test/tax.test.js": text`
        import test from "node:test";
        import { taxed } from "../src/tax.js";
        import { assertPrice } from "./support/assert-price.js";

        test("M1/1: puts a fifth on top", () => {
          assertPrice(taxed(100), 120);
          assertPrice(taxed(99), 119);
        });
      `,
    },
  },
  {
    name: "Random prices of a fixed seed hold a law",
    milestone: asks("Sorted prices", "The cheapest comes first.", [
      "Prices are sorted without changing the list, as `sorted(prices)`",
    ]),
    change: {
      "src/sorted.js": "export const sorted = (prices) => [...prices].sort((one, other) => one - other);\n",
      "test/sorted.test.js": `${NODE_TEST}${text`
        import { sorted } from "../src/sorted.js";

        /** A small generator, so that every run sees the same prices. */
        function pricesFrom(seed) {
          let state = seed;
          return Array.from({ length: 20 }, () => {
            state = (state * 1103515245 + 12345) % 2147483648;
            return state % 1000;
          });
        }

        test("M1/1: every price is at least the one before", () => {
          for (let seed = 1; seed <= 50; seed += 1) {
            const prices = sorted(pricesFrom(seed));
            for (let at = 1; at < prices.length; at += 1) assert.ok(prices[at - 1] <= prices[at]);
          }
        });

        test("M1/1: leaves the list alone", () => {
          const prices = [3, 1, 2];
          assert.deepEqual(sorted(prices), [1, 2, 3]);
          assert.deepEqual(prices, [3, 1, 2]);
        });
      `}`,
    },
  },
  {
    name: "A server answers, driven by requests of its test",
    milestone: asks("A server", "Totals can be asked for.", [
      "A total is answered at /total?prices=1,2, anything else is 404, as `createShop()`",
      "(manual) The page looks friendly",
    ]),
    change: {
      "src/server.js": text`
        import { createServer } from "node:http";
        import { total } from "./price.js";

        export function createShop() {
          return createServer((request, response) => {
            const url = new URL(request.url, "http://shop");
            if (url.pathname !== "/total") {
              response.writeHead(404).end();
              return;
            }
            response.end(String(total(url.searchParams.get("prices").split(",").map(Number))));
          });
        }
      `,
      "test/server.test.js": `${NODE_TEST}${text`
        import { once } from "node:events";
        import { createShop } from "../src/server.js";

        test("M1/1: answers totals and nothing else", async (t) => {
          const shop = createShop().listen(0, "127.0.0.1");
          t.after(() => shop.close());
          await once(shop, "listening");
          const address = "http://127.0.0.1:" + shop.address().port;
          const answer = await fetch(address + "/total?prices=1,2");
          assert.equal(await answer.text(), "3");
          const other = await fetch(address + "/admin");
          assert.equal(other.status, 404);
          await other.text();
        });
      `}`,
    },
  },
  {
    name: "Assertions stand in subtests and callbacks",
    milestone: asks("Cheapest and dearest", "Shoppers compare.", [
      "The cheapest and the dearest price are told, undefined for none, as `range(prices)`",
    ]),
    change: {
      "src/price.js": `${PRICE_JS}${text`

        export function range(prices) {
          if (prices.length === 0) return { cheapest: undefined, dearest: undefined };
          return { cheapest: Math.min(...prices), dearest: Math.max(...prices) };
        }
      `}`,
      "test/range.test.js": text`
        import assert from "node:assert/strict";
        import { describe, it } from "node:test";
        import { range } from "../src/price.js";

        describe("M1/1: a range of prices", () => {
          it("has two ends", () => {
            assert.deepEqual(range([3, 1, 2]), { cheapest: 1, dearest: 3 });
          });

          it("has none without a price", () => {
            const { cheapest, dearest } = range([]);
            [cheapest, dearest].forEach((end) => assert.equal(end, undefined));
          });
        });
      `,
    },
  },
]);
