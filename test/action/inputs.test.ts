import { describe, expect, test } from "vitest";
import { Failure } from "#core/errors.ts";
import { readInputs } from "#src/inputs.ts";

const ASSIGNMENT = { slug: "M3.2", attempt: "1", base: "main-sha1", spec: "0123456789abcdef" };
const TOKEN = "ghs_not-a-real-token";
const KEY = "sk-ant-not-a-real-key";
const POSITION = {
  milestone: "M3.2",
  slug: "M3.2",
  attempt: 1,
  spec: "0123456789abcdef",
  pull: 7,
  head: "head-sha1",
  base: "main-sha1",
  court: "position",
  opinion: false,
  reported: ["ci"],
};

function read(given: Record<string, string>) {
  return readInputs((name) => given[name] ?? "");
}

/** What a refusal says; fails when nothing is refused. */
function refusal(given: Record<string, string>): string {
  try {
    read(given);
  } catch (error) {
    if (error instanceof Failure && error.code === "INPUT_INVALID") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("inputs", () => {
  test("an attempt's job gets its assignment", () => {
    expect(read({ job: "work", ...ASSIGNMENT, "anthropic-api-key": KEY }).assignment).toEqual({
      ...ASSIGNMENT,
      attempt: 1,
    });
    expect(read({ job: "publish", token: TOKEN, ...ASSIGNMENT }).assignment?.slug).toBe("M3.2");
    expect(read({ job: "plan", token: TOKEN }).assignment).toBeNull();
  });

  test("a night has a name, or none when a human pressed the button", () => {
    expect(read({ job: "plan", token: TOKEN, night: "2026-03-14" }).night).toBe("2026-03-14");
    expect(read({ job: "plan", token: TOKEN, night: "2026-03-14T0915" }).night).toBe("2026-03-14T0915");
    expect(read({ job: "plan", token: TOKEN }).night).toBeNull();
  });

  test("truth is the word true, and absence is no", () => {
    const verify = { job: "verify", ...ASSIGNMENT };
    expect(["true", "false", ""].map((staged) => read({ ...verify, staged }).staged)).toEqual([
      true,
      false,
      false,
    ]);
    expect(refusal({ ...verify, staged: "yes" })).toMatch(/^staged: /);
  });

  test("the train is what review handed over, and none when there is none", () => {
    const land = { job: "land", token: TOKEN };
    expect(read({ ...land, train: JSON.stringify([POSITION]) }).train).toEqual([POSITION]);
    expect(read(land).train).toEqual([]);
  });

  test.each([
    ["no JSON", "{"],
    ["masked by GitHub", "***"],
    ["not a list", "{}"],
    ["a position short of a field", JSON.stringify([{ ...POSITION, head: undefined }])],
    ["a position with a field more", JSON.stringify([{ ...POSITION, approved: true }])],
    ["a slug that is a path", JSON.stringify([{ ...POSITION, slug: "../x" }])],
    ["a pull that is a word", JSON.stringify([{ ...POSITION, pull: "7" }])],
  ])("a train that is %s is refused by name", (_, train) => {
    expect(refusal({ job: "land", token: TOKEN, train })).toBe(
      "train: is not the JSON that an earlier job handed over",
    );
  });

  test.each(["1", "01", "1.0", " 1 "])(
    "attempt %j is the first, however GitHub prints a number",
    (attempt) => {
      expect(read({ job: "verify", ...ASSIGNMENT, attempt }).assignment?.attempt).toBe(1);
    },
  );

  test.each(["", "0", "-1", "1.5", "one", "NaN", "Infinity", "99999999999999999999"])(
    "attempt %j is refused by name",
    (attempt) => {
      expect(refusal({ job: "verify", ...ASSIGNMENT, attempt })).toMatch(/^attempt: [^;]+$/);
    },
  );

  test.each([
    ["job", { job: "deploy" }],
    ["job", {}],
    ["night", { job: "plan", token: TOKEN, night: "tonight" }],
    ["slug", { job: "verify", ...ASSIGNMENT, slug: "a b" }],
    ["slug", { job: "verify", ...ASSIGNMENT, slug: "a".repeat(33) }],
    ["base", { job: "verify", ...ASSIGNMENT, base: "" }],
    ["spec", { job: "verify", ...ASSIGNMENT, spec: "" }],
    ["acted", { job: "land", token: TOKEN, acted: "1" }],
  ])("a bad %s is refused, and nothing else is named", (name, given: Record<string, string>) => {
    expect(refusal(given)).toMatch(new RegExp(`^${name}: [^;]+$`));
  });

  test("everything wrong is said at once", () => {
    const wrong = refusal({ job: "publish", night: "tonight", staged: "yes", train: "{", attempt: "0" });
    expect(wrong.split("; ").map((part) => part.split(":")[0])).toEqual(
      expect.arrayContaining(["night", "staged", "train", "slug", "attempt", "base", "spec", "token"]),
    );
  });

  test.each(["plan", "publish", "review", "land", "report"])("%s is refused without a token", (job) => {
    expect(refusal({ job, ...ASSIGNMENT })).toMatch(/^token: [^;]+$/);
  });

  test.each(["setup", "work", "verify"])("%s is refused with a token, whosever it is", (job) => {
    expect(refusal({ job, ...ASSIGNMENT, token: TOKEN })).toMatch(/^token: [^;]+$/);
    expect(refusal({ job, ...ASSIGNMENT, "app-token": TOKEN })).toMatch(/^app-token: [^;]+$/);
  });

  test.each(["plan", "setup", "verify", "publish", "review", "land", "report"])(
    "%s is refused with a key",
    (job) => {
      const token: Record<string, string> = ["setup", "verify"].includes(job) ? {} : { token: TOKEN };
      expect(refusal({ job, ...ASSIGNMENT, ...token, "anthropic-api-key": KEY })).toMatch(
        /^anthropic-api-key: [^;]+$/,
      );
    },
  );

  test.each(["plan", "setup", "verify", "opinion", "publish", "land"])(
    "%s is refused with the token of a subscription",
    (job) => {
      const token: Record<string, string> = ["setup", "verify", "opinion"].includes(job)
        ? {}
        : { token: TOKEN };
      expect(refusal({ job, ...ASSIGNMENT, ...token, "claude-code-oauth-token": KEY })).toMatch(
        /^claude-code-oauth-token: [^;]+$/,
      );
    },
  );

  test("a refusal repeats no secret", () => {
    const wrong = refusal({
      job: "verify",
      token: TOKEN,
      "app-token": TOKEN,
      "anthropic-api-key": KEY,
      train: KEY,
    });
    expect(wrong).not.toContain(TOKEN);
    expect(wrong).not.toContain(KEY);
  });
});
