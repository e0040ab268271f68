import { describe, expect, test } from "vitest";
import { readRule } from "#adapters/rules/rule-file.ts";
import { readRules } from "#adapters/rules/rules.ts";
import { deletionIn } from "#core/deletions.ts";
import type { Diagnostic } from "#core/errors.ts";
import type { Rule } from "#core/rules.ts";
import { aBase, aRoom, type Files } from "../adapters/hooks-stage.ts";

const front = (lines: string) => `---\n${lines}\n---\n\nWords for humans.\n`;
const TABS =
  "id: no-tabs\nsentence: Indent with spaces.\npostmortem: Tabs were mixed in.\nenforcement: prompt";
const said = (all: readonly Diagnostic[]) =>
  all.map(
    ({ file, line, column, severity, code, message }) =>
      `${file}:${line}:${column} ${severity} ${code} ${message}`,
  );

describe("a rule's file", () => {
  test("is front matter, and a body that is for humans alone", () => {
    expect(readRule(front(TABS), "a.md")).toEqual({
      rule: {
        id: "no-tabs",
        sentence: "Indent with spaces.",
        postmortem: "Tabs were mixed in.",
        enforcement: "prompt",
        test: null,
      },
      diagnostics: [],
    });
    expect(readRule(`\uFEFF${front(TABS).replaceAll("\n", "\r\n")}`, "a.md").rule?.id).toBe("no-tabs");
  });

  test("tells everything that is wrong with it at once, each at its line", () => {
    const wrong = front(
      'id: No Tabs\nsentence: "two\\nlines"\nenforcement: hope\ntest:\n  path: ""\n  name: x\nmood: good',
    );
    const { rule, diagnostics } = readRule(wrong, "a.md");
    expect(rule).toBeNull();
    expect(said(diagnostics)).toMatchInlineSnapshot(`
      [
        "a.md:2:1 error POLICY_RULE \`id\`: must be lower-case words joined by hyphens",
        "a.md:3:1 error POLICY_RULE \`sentence\`: must be one line",
        "a.md:2:1 error POLICY_RULE \`postmortem\`: Invalid input: expected string, received undefined",
        "a.md:4:1 error POLICY_RULE \`enforcement\`: Invalid option: expected one of "prompt"|"hook"|"gate"|"budget"",
        "a.md:6:3 error POLICY_RULE \`test.path\`: Too small: expected string to have >=1 characters",
        "a.md:5:1 error POLICY_RULE \`test.title\`: Invalid input: expected string, received undefined",
        "a.md:7:3 error POLICY_RULE there is no \`name\` in a rule",
        "a.md:8:1 error POLICY_RULE there is no \`mood\` in a rule",
      ]
    `);
  });

  test.each([
    ["Just words.\n", "a.md:1:1 error POLICY_RULE there is no front matter"],
    ["---\nid: x\n", "a.md:1:1 error POLICY_RULE there is no front matter"],
    [front("id: [x"), "a.md:3:1 error POLICY_RULE Flow sequence"],
    [front("id: a\nid: b"), "a.md:3:1 error POLICY_RULE Map keys must be unique"],
    [front("id: &a x\nsentence: *a"), "a.md:3:11 error POLICY_RULE `*a` is an alias"],
  ])("that cannot be read, %o, is one error", (text, message) => {
    expect(said(readRule(text, "a.md").diagnostics).join("\n")).toContain(message);
  });
});

describe("the owner's rules", () => {
  const shipped: Rule[] = [
    { id: "soft", sentence: "Be kind.", postmortem: "x", enforcement: "prompt", test: null },
    { id: "hard", sentence: "Be safe.", postmortem: "x", enforcement: "gate", test: null },
  ];
  const FOLDER = ".github/daybreak/rules";
  const rule = (id: string, rest = "enforcement: prompt") =>
    front(`id: ${id}\nsentence: Mind ${id}.\npostmortem: It went wrong.\n${rest}`);
  async function read(files: Files) {
    const { git, base } = await aBase(aRoom(), files);
    return await readRules(git, base, shipped);
  }

  test("follow ours in the order of their files, and one that the prompt alone enforces is a warning", async () => {
    const { rules, diagnostics } = await read({
      [`${FOLDER}/b.md`]: rule("one"),
      [`${FOLDER}/a.md`]: rule("two"),
      [`${FOLDER}/README.md`]: "Our rules.",
      [`${FOLDER}/deeper/c.md`]: "Not a rule.",
    });
    expect(rules.map(({ id }) => id)).toEqual(["soft", "hard", "two", "one"]);
    expect(said(diagnostics)).toEqual([
      `${FOLDER}/a.md:1:1 warning RULE_PROMPT_ONLY \`two\` is enforced by the prompt only`,
      `${FOLDER}/b.md:1:1 warning RULE_PROMPT_ONLY \`one\` is enforced by the prompt only`,
    ]);
  });

  test("that a hook or gate enforces show it by a test, or are a warning", async () => {
    const by = (title: string) => `enforcement: hook\ntest: { path: test/a.test.js, title: ${title} }`;
    const { diagnostics } = await read({
      "test/a.test.js": 'test("tabs are refused", () => {});',
      [`${FOLDER}/a.md`]: rule("one", by("tabs are refused")),
      [`${FOLDER}/b.md`]: rule("two", by("spaces are refused")),
      [`${FOLDER}/c.md`]: rule("three", "enforcement: gate"),
    });
    expect(said(diagnostics)).toEqual([
      `${FOLDER}/b.md:1:1 warning RULE_UNPROVEN nothing shows that a hook enforces \`two\``,
      `${FOLDER}/c.md:1:1 warning RULE_UNPROVEN nothing shows that a gate enforces \`three\``,
    ]);
  });

  test("may say one of our prompt's rules in other words, and none that code enforces", async () => {
    const { rules, diagnostics } = await read({
      [`${FOLDER}/a.md`]: rule("soft"),
      [`${FOLDER}/b.md`]: rule("hard"),
      [`${FOLDER}/c.md`]: rule("soft"),
    });
    expect(rules.map(({ sentence }) => sentence)).toEqual(["Mind soft.", "Be safe."]);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(said(errors)).toEqual([
      `${FOLDER}/b.md:1:1 error POLICY_RULE \`hard\` is enforced by Daybreak itself, and no file changes that`,
      `${FOLDER}/c.md:1:1 error POLICY_RULE the id \`soft\` is that of ${FOLDER}/a.md`,
    ]);
  });
});

describe("what a script deletes", () => {
  const of = (script: string) => deletionIn(script, "/checkout");

  test.each([
    ["rm old.txt", ["rm old.txt"]],
    ["cd src && rm -rf 'a b' c; echo done", ["rm -rf a b c"]],
    ["(sudo /bin/rm x)", ["rm x)"]],
    ["DEBUG=1 rm x", ["rm x"]],
    ["find . -type f -exec rm {} \\;", ["find . -type f -exec rm {} ;"]],
    ["ls | xargs -0 rm -f", ["rm -f"]],
    ["if true; then /bin/rm x; fi", ["rm x"]],
    ["git clean -fdx && git rm --cached a", ["git clean -fdx", "git rm --cached a"]],
    ["find . -name '*.o' -delete", ["find . -name *.o -delete"]],
    ["false || rm x", ["rm x"]],
  ])("%o", (script, commands) => {
    expect(of(script)).toEqual({ commands, outside: [] });
  });

  test.each([
    "ls -la",
    "echo rm -rf /",
    "grep rm src",
    "find . -name rm",
    "npm run rm",
    "echo 'a && rm -rf /var/lib'",
    "cat > D <<'END'\nRUN a && \\\n rm -rf /var\nEND\nls",
    "cat farm/a",
    "git log rm",
  ])("%o deletes nothing", (script) => {
    expect(of(script)).toBeNull();
  });

  test.each([
    ["rm -rf /", ["/"]],
    ["rm -rf /checkout", ["/checkout"]],
    ["rm -rf /checkout-2/a", ["/checkout-2/a"]],
    ["rm -rf /checkout/../secret", ["/checkout/../secret"]],
    ["rm ../x ./y", ["../x"]],
    ['rm -rf ~/.ssh "$HOME/x"', ["~/.ssh", "$HOME/x"]],
    ["find /etc . -delete", ["/etc"]],
    ["sudo rm -rf '/etc'", ["/etc"]],
  ])("%o reaches outside", (script, outside) => {
    expect(of(script)?.outside).toEqual(outside);
  });

  test.each(["rm -rf /checkout/a", "cd src && rm ../a", "rm $file", "rm a 2>/dev/null", "rm -- -x"])(
    "%o stays inside",
    (script) => {
      expect(of(script)?.outside).toEqual([]);
    },
  );
});
