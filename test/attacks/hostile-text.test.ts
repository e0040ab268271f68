import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, test } from "vitest";
import { fenced, plain } from "#prose/hostile.ts";
import { cell, code } from "#prose/markdown.ts";

type Node = ReturnType<typeof fromMarkdown>["children"][number];

/** Every node of a text, as a real Markdown parser sees it. */
function nodesOf(markdown: string): Node[] {
  const within = (node: Node): Node[] => [node, ...("children" in node ? node.children.flatMap(within) : [])];
  return fromMarkdown(markdown).children.flatMap(within);
}

/** What GitHub would bring to life: the words outside code, with entities and escapes resolved, and every other node. */
function liveIn(markdown: string): string[] {
  const live: string[] = [];
  for (const node of nodesOf(markdown)) {
    if (node.type === "text") {
      const found = node.value.match(
        /@[\w-]|#\d|\bGH-\d|!\[|\bhttps?:\/\/|\bwww\.|<[a-z/!?]|(?:clos|fix|resolv)\w*:?\s+\S*#\d/giu,
      );
      live.push(...(found ?? []));
    } else if (!["paragraph", "inlineCode", "emphasis", "strong"].includes(node.type)) live.push(node.type);
  }
  return live;
}

/** Bits of Markdown and of attacks, glued at random: far more often dangerous than random text. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "@octocat",
        "closes #1",
        "Fixes: o/r#2",
        "resolve GH-3",
        "![x](https://e.example/p.png)",
        "#4",
      ),
      fc.constantFrom(
        "<img src=x>",
        "<!-- hidden -->",
        "<details>",
        "&#64;team",
        "&commat;team",
        "\\@team",
        "\\",
      ),
      fc.constantFrom(
        "`",
        "``",
        "```",
        "~~~",
        "\\`",
        "|",
        "[a](b)",
        "[a]: b",
        "<https://e.example>",
        "www.e.example",
      ),
      fc.constantFrom(
        "\n",
        "\r\n",
        "\n\n",
        "# h",
        "- [x] ",
        "1. ",
        "> ",
        "---",
        "===",
        "***",
        " ",
        "::error::",
        "##[",
      ),
      fc.constantFrom(
        "\u200B",
        "\u200D",
        "\u202E",
        "\u2066",
        "\uFE0F",
        "\u{E0041}",
        "\u001B[31m",
        "\0",
        "\u061C",
        "\u200C",
      ),
      fc.constantFrom("`@octocat`", "`` a ` closes #1 ``"),
      fc.constantFrom("👩", "🏴", "م", "क", "1", "#", "@", "!", "[", "](", "<", ":", "x", "\uD83D", "\u20E3"),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(""));

describe("plain text", () => {
  test("has nothing live in it, wherever it stands", () => {
    const hits = { mention: 0, closing: 0, image: 0, html: 0, code: 0 };
    fc.assert(
      fc.property(hostile, (text) => {
        if (/@octocat/.test(text)) hits.mention += 1;
        if (/closes #1/.test(text)) hits.closing += 1;
        if (/!\[/.test(text)) hits.image += 1;
        if (/<img/.test(text)) hits.html += 1;
        const safe = plain(text, 200);
        if (nodesOf(safe).some(({ type }) => type === "inlineCode")) hits.code += 1;
        expect(liveIn(safe), safe).toEqual([]);
        expect(liveIn(`before ${safe} after`), safe).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(...Object.values(hits)), JSON.stringify(hits)).toBeGreaterThan(100);
  });

  test("holds no closing reference, image or comment even in code: a body may become a commit message", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(plain(text, 200)).not.toMatch(/#\d|\bGH-\d|!\[|<!--|##\[|\n/iu);
      }),
      { numRuns: 2_000 },
    );
  });

  test("changes nothing when it is made plain again, and shows no more than asked", () => {
    let cut = 0;
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, most) => {
        const once = plain(text, most);
        if (once.endsWith("…")) cut += 1;
        expect(plain(once, most)).toBe(once);
        expect(once.replaceAll("\u200B", "").length).toBeLessThanOrEqual(most);
        expect(once.isWellFormed()).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(cut).toBeGreaterThan(300);
  });

  test("lets writing be that needs hidden characters", () => {
    const legitimate = [
      "family 👩‍👩‍👧‍👦, pilot 👩🏽‍✈️, heart ❤️‍🔥, keycap 1️⃣ #️⃣",
      "flags 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇦🇹 🏳️‍🌈",
      "العربية\u200F (C++\u200F)",
      "עברית\u200F!",
      "فارسی می‌خواهم",
      "क्‍ष and क्‌ष",
      "naïve café, 日本語, Ελληνικά",
      "snake_case, 2 * 3, a < b && c > d, 100%, $5, C#, F# 1, e-mail: none",
    ];
    expect(legitimate.map((text) => plain(text, 200).replaceAll("\u200B", ""))).toEqual(legitimate);
  });

  test("hides nothing: tags, bidirectional overrides, zero widths and selectors without reason are gone", () => {
    const hidden = [
      "\u{E0041}\u{E0042}",
      "\u202E",
      "\u2066",
      "\u200B",
      "\u200D",
      "\uFEFF",
      "\u00AD",
      "\u2060",
      "\uFE0F",
      "\u{E0100}",
      "\u3164",
      "\u200F",
      "\uE000",
    ];
    expect(hidden.map((character) => plain(`a${character}b`, 9))).toEqual(hidden.map(() => "ab"));
    expect(plain("🏴\u{E0061}\u{E0062}\u{E0063}\u{E007F}", 9)).toBe("🏴");
  });

  test("is never cut through the middle of a character", () => {
    expect(plain("ab👩c!", 4)).toBe("ab…");
  });

  test("leaves code as it can be copied", () => {
    const text = "`npm i @scope/pkg` and ``curl http://localhost:3000/?a=`b` `` and `std::vector<int>`";
    expect(plain(text, 200)).toBe(text);
  });

  test("turns backticks that open nothing into apostrophes, so that they cannot pair with ours", () => {
    expect(plain("don`t ``stop", 99)).toBe("don't ''stop");
  });
});

test("a cell of a table stays one cell, also with pipes in code", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(cell(text, 100)).not.toMatch(/(?<!\\)\||\n/u);
      expect(cell(text, 100)).not.toMatch(/\\\\\|/u);
    }),
  );
  expect(cell("`a | b`", 99)).toBe("`a \\| b`");
  expect(cell("`a\\|b`", 99)).toBe("`a\\\u200B\\|b`");
});

test("a name cannot leave its code span", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const kinds = nodesOf(`x ${code(text)} y`).map(({ type }) => type);
      expect(kinds.filter((type) => !["paragraph", "text", "inlineCode"].includes(type))).toEqual([]);
    }),
  );
});

describe("a fenced output", () => {
  test("is one block of code, whatever it holds", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(nodesOf(`${fenced(text, 200)}\n\nafter`).map(({ type }) => type)).toEqual([
          "code",
          "paragraph",
          "text",
        ]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("gives a runner's log no command, and no body a marker", () => {
    const output = fenced("::error::x\n  ::add-mask::e\n##[group]y\n<!-- daybreak:pull M1/1 -->\na::b", 999);
    expect(output).not.toMatch(/^\s*::|##\[|<!--/mu);
    expect(output).toContain("a::b");
  });

  test("keeps the end of what is too long", () => {
    expect(fenced(`${"x".repeat(50)}\nError: the reason`, 18)).toBe("```text\n…Error: the reason\n```");
  });
});
