import { describe, expect, test } from "vitest";
import type { Decision } from "#core/decision.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import { NIGHT, observationOf } from "../support/observations.ts";

function decision(name: string): Decision {
  return { do: "unblock", milestone: null, issue: name.length, because: name };
}

/** A world with things to do: each is done when it is enacted, unless the world refuses it. */
class ToDo implements Forge {
  left: string[];
  readonly said: string[] = [];
  looks = 0;
  readonly #refuses: (name: string) => string | null;

  constructor(left: string[], refuses: (name: string) => string | null = () => null) {
    this.left = left;
    this.#refuses = refuses;
  }

  async observe() {
    this.looks += 1;
    return observationOf({
      journal: this.left.map(() => ({
        line: "closed" as const,
        at: "2026-11-20T22:07:00.000Z",
        night: NIGHT,
        cycle: 1,
      })),
    });
  }

  async enact(one: Decision): Promise<Receipt> {
    const name = one.do === "unblock" ? one.because : "";
    const because = this.#refuses(name);
    if (because !== null) return { outcome: "stale", because };
    this.left = this.left.filter((other) => other !== name);
    return { outcome: "done" };
  }

  async provePublishing() {
    return { allowed: true } as const;
  }

  async settle() {
    return await settle(
      () => this.left.map(decision),
      this,
      (line) => this.said.push(line),
    );
  }
}

describe("the loop", () => {
  test("looks again after acting, and ends with a look at which nothing was left", async () => {
    const world = new ToDo(["one", "two"]);
    const { enacted, refused, observation } = await world.settle();
    expect(enacted).toHaveLength(2);
    expect({ refused, looks: world.looks, left: observation.journal }).toEqual({
      refused: [],
      looks: 2,
      left: [],
    });
    expect(world.said).toEqual(["unblock   #3 (one)", "unblock   #3 (two)"]);
  });

  test("of a world that is at rest only looks", async () => {
    const world = new ToDo([]);
    expect(await world.settle()).toMatchObject({ enacted: [], refused: [] });
    expect(world.looks).toBe(1);
  });

  test("does nothing more of a list once the world has moved, and looks again", async () => {
    let moved = false;
    const world = new ToDo(["one", "two"], (name) => {
      if (name !== "one" || moved) return null;
      moved = true;
      return "the head moved";
    });
    expect((await world.settle()).enacted).toHaveLength(2);
    expect(world.said[0]).toBe("stale     the head moved: looking again");
    expect(world.looks).toBe(3);
  });

  test("leaves what is refused three times to the next cycle, and says why", async () => {
    const world = new ToDo(["one"], () => "no");
    expect(await world.settle()).toMatchObject({
      enacted: [],
      refused: ["unblock   #3 (one): no", "unblock   #3 (one): no", "unblock   #3 (one): no"],
    });
  });

  test("that never comes to rest is a named failure", async () => {
    const world = new ToDo(["one"]);
    const restless = settle(
      () => [decision("one")],
      world,
      () => undefined,
    );
    await expect(restless).rejects.toMatchObject({ code: "NOT_SETTLED" });
    expect(world.looks).toBe(25);
  });
});
