/** Content hashes. The one place where core touches node:crypto: the same text always gives the same digest. */

import { hash } from "node:crypto";

/** The lower-case hexadecimal SHA-256 of a text's UTF-8 bytes. */
export function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}
