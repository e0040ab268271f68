import { describe, expect, test } from "vitest";
import { undrivable } from "#core/drivable.ts";
import { AcceptanceCriterion, type BrowserStep } from "#core/milestone.ts";
import { Start } from "#core/policy-file.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { sayStep } from "#core/roadmap-browser.ts";
import { readCriterion } from "#core/roadmap-criteria.ts";
import { exampleOf, KEYWORDS } from "#core/roadmap-ways.ts";

const planned = (criterion: string) =>
  `### M1 — One 📝\n**Objective:** o\n**AC:**\n- ${criterion}\n- other\n`;
const faults = (criterion: string) => parseRoadmap(planned(criterion)).diagnostics;

/** The way of a criterion that must be readable. */
function wayIn(criterion: string) {
  expect(faults(criterion), criterion).toEqual([]);
  const reading = readCriterion(criterion);
  if ("wrong" in reading) throw new Error(reading.because);
  return AcceptanceCriterion.parse(reading).way;
}

describe("(test:)", () => {
  test.each([
    ["(test: drafts survive a restart)", "drafts survive a restart"],
    ['(test: "drafts > survive (both)")', "drafts > survive (both)"],
    ["(test: `a) b`)", "a) b"],
    ["(test: it doesn't lose notes)", "it doesn't lose notes"],
  ])("%s", (criterion, name) => {
    expect(wayIn(criterion)).toEqual({ by: "test", name });
  });
});

describe("(http:)", () => {
  const asks = (path: string, rest: object = {}) => ({
    ...{ by: "http", method: "GET", path, body: null, status: 200, contains: null },
    ...rest,
  });
  test.each([
    ["GET /notes → 200", asks("/notes")],
    ["GET /notes -> 200", asks("/notes")],
    ["/ → 200", asks("/")],
    ["/notes→200", asks("/notes")],
    ["/notes->200", asks("/notes")],
    ["`GET /notes` → 200", asks("/notes")],
    ["`GET /notes → 200`", asks("/notes")],
    ["GET `/notes?tag=a&sort=-date` → 404", asks("/notes?tag=a&sort=-date", { status: 404 })],
    ['GET /notes → 200 "milk"', asks("/notes", { contains: "milk" })],
    ["GET /notes → 200 contains “milk and (more)”", asks("/notes", { contains: "milk and (more)" })],
    ["GET /notes → 200 `a) b`", asks("/notes", { contains: "a) b" })],
    ["delete /notes/1 → 204", asks("/notes/1", { method: "DELETE", status: 204 })],
    ["HEAD / → 200", asks("/", { method: "HEAD" })],
    [
      'POST /notes {"a":1} → 201 contains "id"',
      asks("/notes", { method: "POST", body: '{"a":1}', status: 201, contains: "id" }),
    ],
    ['PUT /notes {"a":["} -> b"]} -> 200', asks("/notes", { method: "PUT", body: '{"a":["} -> b"]}' })],
    ["PATCH /notes [1] → 200", asks("/notes", { method: "PATCH", body: "[1]" })],
    ["POST /form `name=Ada` → 302", asks("/form", { method: "POST", body: "name=Ada", status: 302 })],
  ])("%s", (content, way) => {
    expect(wayIn(`It answers (http: ${content})`)).toEqual(way);
  });
});

describe("(browser:)", () => {
  const OPEN: BrowserStep = { do: "open", path: "/" };
  test.each<[string, BrowserStep[]]>([
    [
      'open /; click "Add"; fill "Name" with "Ada"; press Enter; see "Ada"; not see "Error"',
      [
        OPEN,
        { do: "click", what: "Add" },
        { do: "fill", what: "Name", value: "Ada" },
        { do: "press", key: "Enter" },
        { do: "see", text: "Ada" },
        { do: "miss", text: "Error" },
      ],
    ],
    ["see “Ada; Bob → Eve”", [OPEN, { do: "see", text: "Ada; Bob → Eve" }]],
    [
      "Visit /a → click on 'Add' -> expect `x`",
      [
        { do: "open", path: "/a" },
        { do: "click", what: "Add" },
        { do: "see", text: "x" },
      ],
    ],
    [
      'go to `/a#b`; type "Ada\'s" into “Name”;',
      [
        { do: "open", path: "/a#b" },
        { do: "fill", what: "Name", value: "Ada's" },
      ],
    ],
    [
      "open /; press control+A; press “Escape”",
      [OPEN, { do: "press", key: "Control+A" }, { do: "press", key: "Escape" }],
    ],
    [
      'open /a->see "x"',
      [
        { do: "open", path: "/a" },
        { do: "see", text: "x" },
      ],
    ],
  ])("%s", (content, steps) => {
    expect(wayIn(`It works (browser: ${content})`)).toEqual({ by: "browser", steps });
    const said = steps.map(sayStep).join("; ");
    expect(wayIn(`(browser: ${said})`)).toEqual({ by: "browser", steps });
  });
});

test("(probe:) and (look:) hold a command and a path", () => {
  expect(wayIn("It mails (probe: node ask.js --to a)")).toEqual({
    by: "probe",
    command: "node ask.js --to a",
  });
  expect(wayIn("It mails (probe: `a )`)")).toEqual({ by: "probe", command: "a )" });
  expect(wayIn("Dark (look: /settings)")).toEqual({ by: "look", path: "/settings" });
});

test("every example that a remedy shows can be read, and gets a sentence of its own", () => {
  const said = KEYWORDS.map((keyword) => {
    wayIn(exampleOf(keyword));
    return parseRoadmap(planned(exampleOf(keyword))).milestones[0]?.criteria[0]?.text;
  });
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "\`node scripts/restart.js\` passes
    \`README.md\` contains “drafts”
    The test “drafts survive a restart” passes
    \`POST /notes\` answers 201 with “id”
    In a browser: open /; fill “Note” with “milk”; press Enter; see “milk”; not see “Error”
    \`node scripts/ask.js\` passes against the running program
    \`/settings\` before and after"
  `);
});

test("what cannot be read is refused at its place, with what is wrong and a right example", () => {
  const refused = [
    "(test: )",
    "(test: `a` and `b`)",
    '(test: "a)',
    "(http: )",
    "(http: GET notes → 200)",
    "(http: GET http://localhost/notes → 200)",
    "(http: GET //elsewhere/notes → 200)",
    "(http: GET /notes/{id} → 200)",
    "(http: GET `/notes/:id` → 200)",
    "(http: FETCH /notes → 200)",
    "(http: GET /notes)",
    "(http: GET /notes 200)",
    "(http: GET /notes → OK)",
    "(http: GET /notes → 999)",
    "(http: GET /notes → 200 OK)",
    '(http: GET /notes → 200 "a" "b")',
    '(http: GET /notes {"a":1} → 200)',
    "(http: POST /notes {a:1} → 200)",
    "(http: POST /notes name=Ada → 200)",
    '(http: HEAD / → 200 "a")',
    "(http: GET /notes → 200",
    "(browser: )",
    "(browser: open notes)",
    '(browser: open /, see "Ada")',
    "(browser: see Ada)",
    '(browser: fill "Name")',
    '(browser: fill "Name" as "Ada")',
    '(browser: press "Add")',
    "(browser: press Hyper+A)",
    '(browser: hover "Add")',
    '(browser: not see "a" see "b")',
    `(browser: ${'see "a"; '.repeat(51)})`,
    "(probe: )",
    '(probe: echo "a)',
    "(look: settings)",
    "(look: /a and /b)",
  ];
  const said = refused.map((criterion) => {
    const [fault, ...more] = faults(`x ${criterion}`);
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ code: "ROADMAP_WAY_UNREADABLE", line: 4, column: 3, milestone: "M1" });
    const keyword = KEYWORDS.find((each) => criterion.startsWith(`(${each}:`)) ?? "run";
    expect(fault?.remedy).toBe(`Write it like this: \`${exampleOf(keyword)}\`.`);
    return `${criterion.slice(0, 45).trim()}  ${fault?.message.split("” ").slice(1).join("” ")}`;
  });
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "(test: )  has an empty (test:).
    (test: \`a\` and \`b\`)  names more or less than one test.
    (test: "a)  names more or less than one test.
    (http: )  has an empty (http:).
    (http: GET notes → 200)  names no path that begins with one slash and has no gap to be filled.
    (http: GET http://localhost/notes → 200)  names no path that begins with one slash and has no gap to be filled.
    (http: GET //elsewhere/notes → 200)  names no path that begins with one slash and has no gap to be filled.
    (http: GET /notes/{id} → 200)  puts something between path and arrow that is neither JSON nor code.
    (http: GET \`/notes/:id\` → 200)  names no path that begins with one slash and has no gap to be filled.
    (http: FETCH /notes → 200)  asks with FETCH, which is none of GET, HEAD, POST, PUT, PATCH, DELETE.
    (http: GET /notes)  does not say behind an arrow which status must come back.
    (http: GET /notes 200)  puts something between path and arrow that is neither JSON nor code.
    (http: GET /notes → OK)  does not say behind an arrow which status must come back.
    (http: GET /notes → 999)  does not say behind an arrow which status must come back.
    (http: GET /notes → 200 OK)  expects something else than a status and one text in quotes.
    (http: GET /notes → 200 "a" "b")  expects something else than a status and one text in quotes.
    (http: GET /notes {"a":1} → 200)  gives GET a body.
    (http: POST /notes {a:1} → 200)  puts something between path and arrow that is neither JSON nor code.
    (http: POST /notes name=Ada → 200)  puts something between path and arrow that is neither JSON nor code.
    (http: HEAD / → 200 "a")  expects a text from HEAD, which brings none.
    (http: GET /notes → 200  opens a bracket that does not close.
    (browser: )  has an empty (browser:).
    (browser: open notes)  opens something that is no path of a page.
    (browser: open /, see "Ada")  does not set its steps apart with “;” behind “open /,”.
    (browser: see Ada)  clicks, sees or does not see something that is not in quotes.
    (browser: fill "Name")  fills a field in another way than \`fill "field" with "value"\`.
    (browser: fill "Name" as "Ada")  fills a field in another way than \`fill "field" with "value"\`.
    (browser: press "Add")  presses “Add”, which is no key such as Enter or Control+A.
    (browser: press Hyper+A)  presses “Hyper+A”, which is no key such as Enter or Control+A.
    (browser: hover "Add")  has a step that begins with “hover”, which is none of open, click, fill, press, see and not see.
    (browser: not see "a" see "b")  does not set its steps apart with “;” behind “not see “a””.
    (browser: see "a"; see "a"; see "a"; see "a";  has more than 50 steps.
    (probe: )  has an empty (probe:).
    (probe: echo "a)  has a command with an open quotation mark.
    (look: settings)  looks at something that is no path of a page.
    (look: /a and /b)  looks at something that is no path of a page."
  `);
});

test("two ways in one criterion stay ambiguous, whichever they are", () => {
  for (const criterion of [
    "x (http: / → 200) (look: /)",
    '`a` passes (browser: see "a")',
    "(manual) x (test: y)",
  ])
    expect(faults(criterion).map(({ code }) => code)).toEqual(["ROADMAP_WAY_AMBIGUOUS"]);
});

describe("what is driven needs a program to start", () => {
  const NOTHING = { start: null };
  test("each planned milestone with a driven criterion is an error without `start:`, at its line", () => {
    const text =
      planned("x (http: / → 200)") +
      planned('(browser: see "a")').replace("M1", "M2").replace("other", "y (look: /)") +
      planned("(probe: a)").replace("M1", "M3").replace("📝", "✅") +
      planned("(test: a)").replace("M1", "M4");
    const roadmap = parseRoadmap(text);
    expect(undrivable(roadmap, NOTHING)).toMatchObject([
      { code: "ROADMAP_UNDRIVABLE", severity: "error", line: 1, milestone: "M1" },
      { line: 6, milestone: "M2", message: expect.stringContaining("(browser:), (look:)") },
    ]);
    expect(undrivable(roadmap, { start: Start.parse({ command: "npm start" }) })).toEqual([]);
  });
});
