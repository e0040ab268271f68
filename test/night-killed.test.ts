/** A cycle may die at any write. The next one carries on, and ends where an unharmed night ends. */

import { describe, expect, test } from "vitest";
import { aNight, type NightOptions, standsAs } from "./support/night.ts";
import {
  asks,
  buildsInTheSharedFile,
  byPart,
  editsTheWorkflow,
  roadmapOf,
  weakensTheTest,
} from "./support/worlds.ts";

/** Caps high enough that killed attempts do not change what lands. */
const RICH = { budget: { milestone: 50, night: 500, month: 1_000 }, attempts: 4, milestones: 20 };

const NIGHTS: Record<string, NightOptions> = {
  "with a rejection, a question and a protected path": {
    roadmap: roadmapOf("M1 after nothing", "M2 after nothing", "M3 after M2", "M4 after M1"),
    engine: byPart({ "M1 attempt 1": weakensTheTest, M2: asks, M4: editsTheWorkflow }),
    policy: RICH,
  },
  "with a conflict and required checks": {
    roadmap: roadmapOf("M1 after nothing", "M2 after nothing"),
    engine: buildsInTheSharedFile,
    required: ["ci"],
    policy: RICH,
  },
  "with GITHUB_TOKEN alone, one at a time": {
    roadmap: roadmapOf("M1; by feel", "M2", "M3"),
    mode: "token-only",
    policy: RICH,
  },
};

describe.each(Object.entries(NIGHTS))("a night %s", (_, options) => {
  test("ends the same wherever it is killed, with no pull request and no issue too many", async () => {
    const unharmed = await aNight(options);
    const wanted = standsAs(unharmed.world);
    expect(wanted.landed.length).toBeGreaterThan(0);
    for (let killAt = 0; killAt < unharmed.world.writes.length; killAt++) {
      const killed = await aNight({ ...options, killAt });
      const { world } = await killed.goOn(5);
      const at = `killed before write ${killAt}, ${unharmed.world.writes[killAt]}:\n${world.story.join("\n")}`;
      expect(standsAs(world), at).toEqual(wanted);
      expect(
        world.story.some((line) => line.startsWith("killed")),
        at,
      ).toBe(true);
      const attempts = world.pulls.map(({ slug, attempt }) => `${slug}/${attempt}`);
      expect(new Set(attempts).size, at).toBe(attempts.length);
      const questions = world.blockers.filter(({ open }) => open).map(({ key }) => key);
      expect(new Set(questions).size, at).toBe(questions.length);
    }
  });
});
