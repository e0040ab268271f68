/** Takes known secrets out of text, in the shapes in which they slip out. Knows only what it was given. */

/** Secrets shorter than this would blank out ordinary words. */
const LEAST = 6;

export function redactorOf(secrets: readonly string[]): (text: string) => string {
  const shapes = new Set(secrets.filter((secret) => secret.length >= LEAST).flatMap(shapesOf));
  const longestFirst = [...shapes].sort((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((left, shape) => left.replaceAll(shape, "***"), text);
}

function shapesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString("base64"),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    [...secret].reverse().join(""),
  ];
}
