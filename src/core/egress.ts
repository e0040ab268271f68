/** Which hosts foreign code may reach while it is set up, as an exact matcher of parsed names. Resolves and connects nothing. */

/** A host as an allow-list names it: in lower case, without a dot at the end. */
export type Host = string;

export type Target = { host: Host; port: number };
export type Ruling = { allowed: true; target: Target } | { allowed: false; because: string };

/** Letters, digits and hyphens between dots, the last part no number: no address in any spelling is a name. */
const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const PORT = /^[1-9]\d{0,4}$/;

/** Ports of HTTPS and HTTP. */
const PORTS: readonly number[] = [443, 80];

/**
 * Rules on `host:port` as a CONNECT request names it. The host is compared whole, after lower-casing and nothing
 * else: what would have to be repaired first is refused.
 */
export function rule(authority: string, allowed: readonly Host[]): Ruling {
  const colon = authority.lastIndexOf(":");
  const [written, port] =
    colon < 0 ? [authority, "443"] : [authority.slice(0, colon), authority.slice(colon + 1)];
  const host = lowered(written);
  if (!NAME.test(host)) return { allowed: false, because: "it is no plain host name" };
  if (!PORT.test(port) || !PORTS.includes(Number(port)))
    return { allowed: false, because: `port ${PORT.test(port) ? port : "?"} is not open` };
  if (!allowed.includes(host)) return { allowed: false, because: `${host} is not on the list` };
  return { allowed: true, target: { host, port: Number(port) } };
}

/** Only A to Z: a language's own lower-casing turns some other letters into these. */
function lowered(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Blocks of IPv4 that are not the public internet, from IANA's special-purpose registry: network and length. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  // Azure's own address for machines on it, GitHub's runners among them: public by number, private by use.
  ["168.63.129.16", 32],
];

/** Within 2000::/3, which alone is public: tunnels and mappings that hold another address, and documentation. */
const SPECIAL_V6: readonly (readonly [number, number])[] = [
  [0x2001_0000, 23],
  [0x2001_0db8, 32],
  [0x2002_0000, 16],
  [0x3fff_0000, 20],
];

/** Whether a resolved address is on the public internet. Anything that cannot be read is not. */
export function isPublicAddress(address: string): boolean {
  const four = v4(address);
  if (four !== null) {
    return !SPECIAL_V4.some(([network, length]) => sameBits(four, v4(network) ?? 0, length));
  }
  const head = v6Head(address);
  if (head === null || head >>> 29 !== 1) return false;
  return !SPECIAL_V6.some(([network, length]) => sameBits(head, network, length));
}

function sameBits(left: number, right: number, length: number): boolean {
  return (left ^ right) >>> (32 - length) === 0;
}

function v4(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((all, part) => ((all << 8) | part) >>> 0, 0);
}

/** The first 32 bits: all that decides. Null for what is no address, or one with a zone. */
function v6Head(address: string): number | null {
  const text = lowered(address);
  if (!/^[0-9a-f:]{2,39}$/.test(text) || !text.includes(":")) return null;
  const [first, second = ""] = (text.split("::", 1)[0] ?? "").split(":");
  const numbers = [first ?? "", second].map((part) => Number.parseInt(part || "0", 16));
  const [high = 0, low = 0] = numbers;
  return high > 0xffff || low > 0xffff ? null : ((high << 16) | low) >>> 0;
}
