/** Guesses how many tokens something will be read as, rather too many than too few. Asks no service. */

/** Bytes a token: real text has more, so that an estimate is on the safe side. */
const BYTES_PER_TOKEN = 3;

export function estimatedTokens(value: unknown): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value) ?? "") / BYTES_PER_TOKEN);
}
