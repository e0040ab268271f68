/** Characters a reader cannot see. Finds them; lets pass what honest writing needs. Never changes a text. */

/** Tags, bidi controls, zero-width and filler characters, variation selectors. */
const SUSPECT =
  /\u00AD|\u034F|\u061C|[\u115F\u1160]|[\u17B4\u17B5]|[\u180B-\u180F]|[\u200B-\u200F]|[\u202A-\u202E]|[\u2060-\u206F]|\u3164|[\uFE00-\uFE0F]|\uFEFF|\uFFA0|[\uFFF9-\uFFFB]|[\u{1BCA0}-\u{1BCA3}]|[\u{1D173}-\u{1D17A}]|[\u{E0000}-\u{E0FFF}]/gu;

/** The flags of England, Scotland and Wales: the only honest tag sequences. */
const FLAG =
  /\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/gu;

const EMOJI_BEFORE = /(?:\p{Extended_Pictographic}|[\uFE0F\u{1F3FB}-\u{1F3FF}])$/u;
const EMOJI_AFTER = /^\p{Extended_Pictographic}/u;
/** Scripts whose spelling needs joiners. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Nko}]$/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** The index of the first hidden character of a line, or -1. */
export function hiddenAt(text: string): number {
  if (!/[\u00AD-\u{10FFFF}]/u.test(text) || text.search(SUSPECT) < 0) return -1;
  const withoutFlags = text.replace(FLAG, (flag) => "x".repeat(flag.length));
  const rightToLeft = RIGHT_TO_LEFT.test(text);
  for (const { 0: character, index } of withoutFlags.matchAll(SUSPECT)) {
    const before = withoutFlags.slice(Math.max(0, index - 2), index);
    const after = withoutFlags.slice(index + character.length, index + character.length + 2);
    if (!isHonest(character, before, after, rightToLeft)) return index;
  }
  return -1;
}

/** The text as a reader sees it: without any character of the suspect set, honest or not. */
export function visible(text: string): string {
  return text.replace(SUSPECT, "");
}

/** `before` and `after` are the two UTF-16 units next to the character. */
function isHonest(character: string, before: string, after: string, rightToLeft: boolean): boolean {
  switch (character) {
    case "\uFE0E":
    case "\uFE0F":
      return /[\p{Emoji}\p{S}]$/u.test(before);
    case "\u200D":
      return (
        (EMOJI_BEFORE.test(before) && EMOJI_AFTER.test(after)) || JOINING.test(before) || endsInMark(before)
      );
    case "\u200C":
      return JOINING.test(before) || endsInMark(before);
    case "\u061C":
    case "\u200E":
    case "\u200F":
      return rightToLeft;
    default:
      return /^[\uFE00-\uFE02\u{E0100}-\u{E01EF}]$/u.test(character) && /\p{Script=Han}$/u.test(before);
  }
}

/** A combining mark outside Latin: the virama of Indic scripts is of no script of its own. */
function endsInMark(before: string): boolean {
  return /[\u0900-\u0DFF\u1000-\u109F\u1780-\u17FF]$/u.test(before);
}
