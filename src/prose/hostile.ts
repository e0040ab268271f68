/** Makes words that others wrote safe to put into GitHub's Markdown and logs. Never changes what a reader sees of them. */

/** Shows nothing, and parts what GitHub would otherwise read as one live thing. Stripped first, so it never piles up. */
const BREAK = "\u200B";

/** Colours, cursor movements and titles of terminals, introduced by a control character. */
const ESCAPE_SEQUENCE = /(?![\t\n\r])\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*)/gu;

/** Characters that do not show, or that change the order in which others are shown. */
const HIDDEN = /(?![\t\n\r])[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Co}\uFFF9-\uFFFB]/u;

/** Hidden characters where writing needs them: in emoji, and between letters of scripts that join. */
const LEGITIMATE = [
  // The flags of England, Scotland and Wales.
  /\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/u,
  /(?<=\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D(?=\p{Extended_Pictographic})/u,
  /(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?<=[0-9#*])\uFE0F(?=\u20E3)/u,
  /(?<=(?!\p{Default_Ignorable_Code_Point})[\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}])[\u200C\u200D]/u,
];

/** Marks that order text written from right to left: legitimate where there is some. */
const DIRECTION_MARK = /[\u061C\u200E\u200F]/u;
const RIGHT_TO_LEFT = /(?=\p{L})[\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Adlm}]/u;

const NOTHING_KEPT = new RegExp(`(${alternatives(LEGITIMATE)})|${HIDDEN.source}`, "gu");
const MARKS_KEPT = new RegExp(`(${alternatives([...LEGITIMATE, DIRECTION_MARK])})|${HIDDEN.source}`, "gu");

/** A code span as CommonMark sees it, text, or backticks that open nothing. */
const SPANS = /(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|[^`]+|`+/gu;

/**
 * What GitHub brings to life in text: mentions, references and with them closing keywords, links and images, HTML and
 * its entities (they are decoded before mentions are looked for), escapes, workflow commands.
 */
const LIVE_IN_TEXT =
  /@(?=\S)|#(?=\d)|\bGH-(?=\d)|!(?=\[)|\](?=[([:])|<(?=[a-z/!?])|&(?=[#\w])|:(?=:|\/\/)|\bwww(?=\.)|\\(?=[!-/:-@[-`{-~]|$)/giu;

/** Code is dead on GitHub, but a body may become a commit message, where it is not; and markers are ours alone. */
const LIVE_IN_CODE = /#(?=\d)|\bGH-(?=\d)|\/(?:issues|pulls?)\/(?=\d)|!(?=\[)|<(?=!--)/giu;

/** What would make the beginning of a line a heading, list, quote, fence, table or box to tick. */
const BLOCK_START = /^(?=[#>+*~=|[-]|\d+[.)])/u;

/** One line of Markdown in which nothing is live but emphasis and code. At most `most` characters are shown. Idempotent. */
export function plain(text: string, most: number): string {
  const balanced = oneLine(text, most).replace(SPANS, (span: string, fence: string | undefined) =>
    fence === undefined ? span.replaceAll("`", "'") : span,
  );
  const dead = balanced.replace(SPANS, (span: string, fence: string | undefined) =>
    span.replace(fence === undefined ? LIVE_IN_TEXT : LIVE_IN_CODE, `$&${BREAK}`),
  );
  return dead.replace(BLOCK_START, BREAK);
}

/** A fenced block the text cannot leave. Of a longer text the last `most` characters stay: outputs end with their reason. */
export function fenced(text: string, most: number): string {
  const lines = visible(text).replace(/\r\n?/gu, "\n").trimEnd();
  const end = lines.length <= most ? lines : `…${visible(lines.slice(1 - most).toWellFormed())}`;
  const dead = end
    .replace(LIVE_IN_CODE, `$&${BREAK}`)
    .replaceAll("##[", `##${BREAK}[`)
    .replace(/^[ \t]*:(?=:)/gmu, `$&${BREAK}`);
  const longest = Math.max(2, ...[...dead.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${dead}\n${fence}`;
}

/** One printable line of at most `most` characters, for logs and terminals. No workflow command begins within it. */
export function oneLine(text: string, most: number): string {
  const line = flat(text);
  const cut =
    line.length <= most ? line : `${flat(line.slice(0, Math.max(0, most - 1)).replace(/\p{Cs}$/u, ""))}…`;
  return cut.replaceAll("##[", `##${BREAK}[`);
}

function flat(text: string): string {
  return visible(text).replace(/\s+/gu, " ").trim();
}

/** Without escape sequences and hidden characters, lines left as they are. */
function visible(text: string): string {
  const shown = text.toWellFormed().replace(ESCAPE_SEQUENCE, "");
  const pattern = RIGHT_TO_LEFT.test(shown) ? MARKS_KEPT : NOTHING_KEPT;
  return shown.replace(pattern, (_, legitimate: string | undefined) => legitimate ?? "");
}

function alternatives(patterns: readonly RegExp[]): string {
  return patterns.map(({ source }) => source).join("|");
}
