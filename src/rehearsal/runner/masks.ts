/** Remembers what a log must never show. Never forgets, never stores the text it cleans. */

export type Masks = {
  add(secret: string): void;
  /** The text with every secret as `***`. */
  clean(text: string): string;
  hides(text: string): boolean;
};

export function createMasks(secrets: readonly string[]): Masks {
  const hidden = new Set<string>();
  let sorted: string[] = [];
  function add(secret: string): void {
    for (const form of forms(secret)) hidden.add(form);
    sorted = [...hidden].sort((one, other) => other.length - one.length);
  }
  for (const secret of secrets) add(secret);
  return {
    add,
    clean: (text) => sorted.reduce((clean, secret) => clean.replaceAll(secret, "***"), text),
    hides: (text) => sorted.some((secret) => text.includes(secret)),
  };
}

/** A secret as it may show up: itself, its lines, in JSON, in a URL, in base64. */
function forms(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return [secret, ...lines]
    .filter((text) => text.trim() !== "")
    .flatMap((text) => [
      text,
      JSON.stringify(text).slice(1, -1),
      encodeURIComponent(text),
      Buffer.from(text).toString("base64"),
    ]);
}
