/** Honest work in node:test and vitest with state, effects and time: what looks like chance, polling or a known answer. */

import { NODE_TEST, PRICE_JS, SHOP, SUM_JS, SUMS } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const STATEFUL_JAVASCRIPT = [
  ...honest(SHOP, [
    {
      name: "Numbers of orders count up, and a test draws some in a loop",
      milestone: asks("Orders", "Orders have numbers.", [
        "Each order gets the next number, written with four digits, as `orderNumber()`",
      ]),
      change: {
        "src/order.js": text`
          let last = 0;

          export function orderNumber() {
            last += 1;
            return String(last).padStart(4, "0");
          }
        `,
        "test/order.test.js": `${NODE_TEST}import { orderNumber } from "../src/order.js";\n\n${text`
          test("M1/1: each order gets the next number", () => {
            const numbers = [];
            for (let index = 0; index < 3; index++) numbers.push(orderNumber());
            assert.equal(Number(numbers[2]) - Number(numbers[0]), 2);
            assert.match(numbers[0], /^\d{4}$/);
          });
        `}`,
      },
    },
    {
      name: "Discounts of large orders go by thresholds",
      milestone: asks("Large orders", "Who orders much pays less.", [
        "From 10 pieces the discount is 5 per cent, from 100 it is 12, else none, as `bulkPercent(pieces)`",
      ]),
      change: {
        "src/price.js": `${PRICE_JS}${text`

          export function bulkPercent(pieces) {
            if (pieces >= 100) return 12;
            if (pieces >= 10) return 5;
            return 0;
          }
        `}`,
        "test/bulk.test.js": `${NODE_TEST}import { bulkPercent } from "../src/price.js";\n\n${text`
          for (const [pieces, percent] of [
            [1, 0],
            [10, 5],
            [99, 5],
            [100, 12],
          ])
            test("M1/1: " + pieces + " pieces", () => {
              assert.equal(bulkPercent(pieces), percent);
            });
        `}`,
      },
    },
    {
      name: "A receipt is written to a folder, and nothing is given back",
      milestone: asks("Receipts", "Receipts are kept.", [
        "A receipt with the sum of its prices is written as `receipt.txt` into a folder, as `writeReceipt(folder, prices)`",
      ]),
      change: {
        "src/receipt.js": text`
          import { writeFileSync } from "node:fs";
          import { join } from "node:path";
          import { formatted, total } from "./price.js";

          export function writeReceipt(folder, prices) {
            writeFileSync(join(folder, "receipt.txt"), "Total: " + formatted(total(prices)) + "\n");
          }
        `,
        "test/receipt.test.js": `import { mkdtempSync, readFileSync } from "node:fs";\nimport { tmpdir } from "node:os";\nimport { join } from "node:path";\n${NODE_TEST}import { writeReceipt } from "../src/receipt.js";\n\n${text`
          test("M1/1: the receipt shows the sum", (t) => {
            const folder = mkdtempSync(join(tmpdir(), "receipt-"));
            writeReceipt(folder, [100, 250]);
            assert.equal(readFileSync(join(folder, "receipt.txt"), "utf8"), "Total: $3.50\n");
          });
        `}`,
      },
    },
    {
      name: "The same basket is given to whoever asks",
      milestone: asks("Basket", "There is one basket.", [
        "Everybody who asks for the basket gets the same one, as `basket()`; what is put into it stays",
      ]),
      change: {
        "src/basket.js": text`
          class Basket {
            #prices = [];

            put(price) {
              this.#prices.push(price);
              return this;
            }

            get prices() {
              return [...this.#prices];
            }
          }

          let only;

          export function basket() {
            only ??= new Basket();
            return only;
          }
        `,
        "test/basket.test.js": `${NODE_TEST}import { basket } from "../src/basket.js";\n\n${text`
          test("M1/1: there is one basket for all", () => {
            assert.equal(basket(), basket());
            basket().put(250).put(100);
            assert.deepEqual(basket().prices, [250, 100]);
          });
        `}`,
      },
    },
    {
      name: "A shelf tells its listeners when it is empty",
      milestone: asks("Shelves", "Shelves say when they are empty.", [
        "A shelf emits `empty` with its name when the last piece is taken, as `new Shelf(name, pieces)` and `take()`",
      ]),
      change: {
        "src/shelf.js": text`
          import { EventEmitter } from "node:events";

          export class Shelf extends EventEmitter {
            constructor(name, pieces) {
              super();
              this.name = name;
              this.pieces = pieces;
            }

            take() {
              this.pieces -= 1;
              if (this.pieces === 0) this.emit("empty", this.name);
            }
          }
        `,
        "test/shelf.test.js": `${NODE_TEST}import { Shelf } from "../src/shelf.js";\n\n${text`
          test("M1/1: says when it is empty", (t, done) => {
            const shelf = new Shelf("tea", 2);
            shelf.on("empty", (name) => {
              assert.equal(name, "tea");
              assert.equal(shelf.pieces, 0);
              done();
            });
            shelf.take();
            shelf.take();
          });
        `}`,
      },
    },
    {
      name: "A helper that waits for a condition is the feature",
      milestone: asks("Waiting", "Scripts can wait.", [
        "A condition is asked again until it holds, or an error is thrown after so many attempts, as `until(condition, attempts)`",
      ]),
      change: {
        "src/until.js": text`
          export async function until(condition, attempts) {
            for (let attempt = 0; attempt < attempts; attempt++) {
              if (await condition()) return attempt;
              await new Promise((settle) => setTimeout(settle, 1));
            }
            throw new Error("gave up after " + attempts + " attempts");
          }
        `,
        "test/until.test.js": `${NODE_TEST}import { until } from "../src/until.js";\n\n${text`
          test("M1/1: asks until it holds", async () => {
            let asked = 0;
            assert.equal(await until(() => ++asked === 3, 5), 2);
            assert.equal(asked, 3);
          });

          test("M1/1: gives up", async () => {
            await assert.rejects(until(() => false, 2), /gave up after 2/);
          });
        `}`,
      },
    },
    {
      name: "Orders are read one after the other from a generator",
      milestone: asks("Pages", "Long lists come in pages.", [
        "Prices are given in pages of a size, the last one may be shorter, as the generator `pages(prices, size)`",
      ]),
      change: {
        "src/pages.js": text`
          export function* pages(prices, size) {
            for (let from = 0; from < prices.length; from += size) yield prices.slice(from, from + size);
          }
        `,
        "test/pages.test.js": `${NODE_TEST}import { pages } from "../src/pages.js";\n\n${text`
          test("M1/1: the last page may be shorter", () => {
            assert.deepEqual([...pages([1, 2, 3, 4, 5], 2)], [[1, 2], [3, 4], [5]]);
          });
        `}`,
      },
    },
    {
      name: "A path of Windows is only tried on Windows",
      milestone: asks("Paths", "Names of files can be told.", [
        "The name of a file is what follows the last separator, as `fileName(path)`",
      ]),
      change: {
        "src/path.js": text`
          export function fileName(path) {
            return path.split(/[\\/]/).at(-1);
          }
        `,
        "test/path.test.js": `${NODE_TEST}import { sep } from "node:path";\nimport { fileName } from "../src/path.js";\n\n${text`
          test("M1/1: is what follows the last separator", () => {
            assert.equal(fileName("a/b/c.txt"), "c.txt");
            if (sep === "\\") assert.equal(fileName("C:\\a\\d.txt"), "d.txt");
          });
        `}`,
      },
    },
    {
      name: "An error of its own carries what was asked for",
      milestone: asks("Errors", "Errors say what was wrong.", [
        "`new PriceError(price)` is an error named PriceError whose `price` is what was given, and says so",
      ]),
      change: {
        "src/price-error.js": text`
          export class PriceError extends Error {
            constructor(price) {
              super("not a price: " + price);
              this.name = "PriceError";
              this.price = price;
            }
          }
        `,
        "test/price-error.test.js": `${NODE_TEST}import { PriceError } from "../src/price-error.js";\n\n${text`
          test("M1/1: carries the price", () => {
            const error = new PriceError(-1);
            assert.ok(error instanceof Error);
            assert.equal(error.name, "PriceError");
            assert.equal(error.price, -1);
            assert.equal(error.message, "not a price: -1");
          });
        `}`,
      },
    },
  ]),
  ...honest(SUMS, [
    {
      name: "vitest: a queue in TypeScript is waited for",
      milestone: asks("Queues", "Sums can wait.", [
        "Jobs are done in their order, one at a time, and counted in `done`, as `new Queue()` and `add(job)`",
      ]),
      change: {
        "src/queue.ts": text`
          type Job = () => Promise<void>;

          export class Queue {
            done = 0;
            #last: Promise<void> = Promise.resolve();

            add(job: Job): void {
              this.#last = this.#last.then(job).then(() => {
                this.done += 1;
              });
            }
          }
        `,
        "test/queue.test.ts": text`
          import { beforeEach, describe, expect, it, vi } from "vitest";
          import { Queue } from "../src/queue.ts";

          describe("Queue", () => {
            let queue: Queue;

            beforeEach(() => {
              queue = new Queue();
            });

            it("M1/1: does one job after the other", async () => {
              const order: string[] = [];
              queue.add(async () => {
                await new Promise((settle) => setTimeout(settle, 5));
                order.push("slow");
              });
              queue.add(async () => {
                order.push("fast");
              });
              await vi.waitFor(() => expect(queue.done).toBe(2));
              expect(order).toEqual(["slow", "fast"]);
            });
          });
        `,
      },
    },
    {
      name: "vitest: a table of examples tests a generic function",
      milestone: asks("Groups", "Lists can be grouped.", [
        "A list is cut into groups of a size, as `chunk(list, size)`; a size below 1 is refused",
      ]),
      change: {
        "src/chunk.ts": text`
          export function chunk<Item>(list: readonly Item[], size: number): Item[][] {
            if (size < 1) throw new RangeError("size: " + size);
            const groups: Item[][] = [];
            for (let from = 0; from < list.length; from += size) groups.push(list.slice(from, from + size));
            return groups;
          }
        `,
        "test/chunk.test.ts": text`
          import { describe, expect, it } from "vitest";
          import { chunk } from "../src/chunk.ts";

          describe("M1/1: chunk", () => {
            it.each([
              { list: [1, 2, 3], size: 2, groups: [[1, 2], [3]] },
              { list: [], size: 3, groups: [] },
              { list: ["a"], size: 1, groups: [["a"]] },
            ])("cuts $list by $size", ({ list, size, groups }) => {
              expect(chunk<number | string>(list, size)).toEqual(groups);
            });

            it("refuses a size below 1", () => {
              expect(() => chunk([1], 0)).toThrow(RangeError);
            });
          });
        `,
      },
    },
    {
      name: "vitest: a sum remembers what it was asked",
      milestone: asks("Memory", "Sums are not worked out twice.", [
        "A function is called once for the same argument, as `remembering(work)`",
      ]),
      change: {
        "src/sum.js": `${SUM_JS}${text`

          export function remembering(work) {
            const known = new Map();
            return (asked) => {
              if (!known.has(asked)) known.set(asked, work(asked));
              return known.get(asked);
            };
          }
        `}`,
        "test/remembering.test.js": text`
          import { expect, test, vi } from "vitest";
          import { remembering } from "../src/sum.js";

          test("M1/1: asks once", () => {
            const work = vi.fn((number) => number * 2);
            const double = remembering(work);
            expect([double(4), double(4), double(5)]).toEqual([8, 8, 10]);
            expect(work).toHaveBeenCalledTimes(2);
          });
        `,
      },
    },
  ]),
];
