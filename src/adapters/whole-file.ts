/** Writes a file at once: whoever is killed in between leaves the older one whole. Makes no folder. */

import { rename, writeFile } from "node:fs/promises";

export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  await writeFile(beside, content);
  await rename(beside, path);
}
