/** Cuts the middle out of long outputs and keeps the full text where the model may look it up. Never touches the checkout. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

export type Shorten = (text: string) => Promise<string>;

/** Characters of one output that are shown. */
const SHOWN = 30_000;

/** `spill`: an existing folder outside the checkout. */
export function openShortener(spill: string): Shorten {
  let count = 0;
  return async (text) => {
    if (text.length <= SHOWN) return text;
    count += 1;
    const path = join(spill, `output-${count}.txt`);
    // An existing file is never followed or replaced: whatever made it was not this.
    const kept = await writeFile(path, text, { flag: "wx" }).then(
      () => `the full text is in ${path}: \`grep\` it, or \`read\` it with a view_range`,
      () => "the full text could not be kept",
    );
    const left = text.length - SHOWN;
    return `${text.slice(0, SHOWN / 2)}\n[… ${left} characters left out; ${kept} …]\n${text.slice(-SHOWN / 2)}`;
  };
}
