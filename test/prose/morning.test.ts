import { describe, expect, test } from "vitest";
import { stateFiles } from "#prose/digest.ts";
import { DASHBOARD_TITLE, dashboardBody, isDashboard, tellMorning } from "#prose/morning.ts";
import { tellMorningPlain } from "#prose/terminal.ts";
import { EMPTY, endless, RICH, TROUBLED } from "./mornings.ts";

function firstLine(text: string): string | undefined {
  return text.split("\n", 1)[0];
}

describe("the morning report", () => {
  test("of a rich night", async () => {
    await expect(tellMorning(RICH)).toMatchFileSnapshot("../golden/morning-rich.md");
  });

  test("of a night in trouble", async () => {
    await expect(tellMorning(TROUBLED)).toMatchFileSnapshot("../golden/morning-troubled.md");
  });

  test("says it all in its first line", () => {
    expect([RICH, TROUBLED, EMPTY].map(tellMorning).map(firstLine)).toMatchInlineSnapshot(`
      [
        "Night 2026-11-20: 4 landed, 2 wait for your answer, 1 rejected · $0.42",
        "Night 2026-11-20 14:32: nothing landed, 2 wait for your answer, 1 error in what you wrote · under $0.01 · stopped",
        "Night 2026-11-20: nothing landed · $0.00",
      ]
    `);
  });

  test("of a night without anything leaves every empty section out", () => {
    expect(tellMorning(EMPTY)).toMatchInlineSnapshot(`"Night 2026-11-20: nothing landed · $0.00"`);
  });

  test("tells landings of this night only, in the roadmap's order", () => {
    const landed = tellMorning(RICH).split("### Landed")[1]?.split("###")[0] ?? "";
    expect([...landed.matchAll(/\*\*(M\d):/g)].map(([, name]) => name)).toEqual(["M1", "M2", "M3", "M4"]);
  });

  test("tells the same world in the same bytes", () => {
    expect(dashboardBody(structuredClone(RICH))).toBe(dashboardBody(RICH));
  });

  test("never counts what was left to a human as proven", () => {
    expect(tellMorning(RICH)).toContain("1/3 proven, 1 still green, 1 for you to see");
    expect(tellMorning(RICH)).toContain("- [ ] Restoring a long draft feels instant");
  });
});

describe("the dashboard", () => {
  test("is known again by its marker, also after GitHub changed its line ends", () => {
    expect(DASHBOARD_TITLE).toMatch(/^Daybreak/);
    expect(isDashboard(dashboardBody(RICH))).toBe(true);
    expect(isDashboard(dashboardBody(RICH).replaceAll("\n", "\r\n"))).toBe(true);
    expect(isDashboard(tellMorning(RICH))).toBe(false);
    expect(isDashboard("quoted: <!-- daybreak:dashboard -->")).toBe(false);
  });

  test("is not made by words that hold its marker", () => {
    const marker = "<!-- daybreak:dashboard -->";
    for (const forged of [marker, `\n${marker}\n`, `\`\n${marker}\n\``]) {
      const morning = {
        ...RICH,
        stop: forged,
        blocked: [{ milestone: null, issue: 1, because: forged, ask: forged }],
      };
      expect(isDashboard(tellMorning(morning))).toBe(false);
    }
  });

  test("of an endless roadmap fits into an issue, says how much it left out, and keeps every question", () => {
    for (const count of [60, 300, 2_000]) {
      const body = dashboardBody(endless(count));
      expect(body.length).toBeLessThanOrEqual(60_000);
      const asked = Math.min(count, 100);
      expect([...body.matchAll(/^- #1\d{3} /gm)]).toHaveLength(asked);
      expect(isDashboard(body)).toBe(true);
    }
    expect(dashboardBody(endless(2_000))).toMatch(/and 19\d\d more milestones/);
  });
});

test("the state branch says where everything stands, what happened and what waits", async () => {
  const files = stateFiles(RICH);
  expect(files["DIGEST.md"]).toBe(`${tellMorning(RICH)}\n`);
  await expect(files["STATE.md"]).toMatchFileSnapshot("../golden/state-rich.md");
  await expect(files["BLOCKED.md"]).toMatchFileSnapshot("../golden/blocked-rich.md");
  expect(stateFiles(EMPTY)).toMatchInlineSnapshot(`
    {
      "BLOCKED.md": "# What waits for an answer

    Nothing does.

    Night 2026-11-20: nothing landed · $0.00
    ",
      "DIGEST.md": "Night 2026-11-20: nothing landed · $0.00
    ",
      "STATE.md": "# Where every milestone stands

    The roadmap has no milestones.

    Nothing was spent.
    ",
    }
  `);
});

describe("the morning on a terminal", () => {
  test("of a rich night", async () => {
    await expect(`${tellMorningPlain(RICH)}\n`).toMatchFileSnapshot("../golden/terminal-rich.txt");
  });

  test("of a night in trouble", async () => {
    await expect(`${tellMorningPlain(TROUBLED)}\n`).toMatchFileSnapshot("../golden/terminal-troubled.txt");
  });

  test("is never wider than a hundred columns, and holds no escape sequence", () => {
    const long = `\u001B[31m${"unbreakable".repeat(30)}\u001B[0m ${"some words ".repeat(60)}`;
    const rows = [
      { ...RICH.rows[0], milestone: RICH.rows[0]?.milestone, title: long, stands: "ready", because: long },
    ];
    const morning = {
      ...RICH,
      rows,
      stop: long,
      blocked: [{ milestone: null, issue: 1, because: long, ask: long }],
    };
    for (const one of [RICH, TROUBLED, endless(30), morning as typeof RICH])
      for (const line of tellMorningPlain(one).split("\n")) {
        expect(line.length, line).toBeLessThanOrEqual(100);
        expect(line).not.toMatch(/\p{Cc}/u);
      }
  });
});
