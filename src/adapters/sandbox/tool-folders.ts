/** Which folders of the machine's tools stay readable for confined commands although they lie in somebody's home. */

import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, sep } from "node:path";

/** Version managers keep what their commands start beside the folder that is on the PATH. None keeps credentials there. */
const MANAGERS = [".pyenv", ".rbenv", ".nodenv", ".goenv", ".nvm", ".volta", ".asdf", ".sdkman", ".rustup"];

/** Absolute paths: every folder of the PATH, what it leads to, the Node that runs us, and whole version managers. */
export function toolFolders(path: string, node: string = process.execPath): string[] {
  const folders = [...path.split(delimiter), dirname(node)].filter((folder) => existsSync(folder));
  const real = folders.map((folder) => realpathSync(folder));
  const managers = folders.flatMap((folder) => managerOf(folder) ?? []);
  return [...new Set([...folders, ...real, dirname(realpathSync(node)), ...managers])];
}

function managerOf(folder: string): string | null {
  const parts = folder.split(sep);
  const at = parts.findIndex((part) => MANAGERS.includes(part));
  return at < 0 ? null : parts.slice(0, at + 1).join(sep);
}
