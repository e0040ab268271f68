import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPublicAddress, rule } from "#core/egress.ts";

const ALLOWED = ["registry.example.org", "pypi.org"];

describe("A20 the host matcher", () => {
  test.each([
    ["registry.example.org:443", "registry.example.org", 443],
    ["registry.example.org", "registry.example.org", 443],
    ["REGISTRY.example.ORG:443", "registry.example.org", 443],
    ["pypi.org:80", "pypi.org", 80],
  ])("lets %j through", (authority, host, port) => {
    expect(rule(authority, ALLOWED)).toEqual({ allowed: true, target: { host, port } });
  });

  test.each([
    ["a longer name that begins with it", "registry.example.org.evil.tld:443"],
    ["a longer name that ends with it", "evilregistry.example.org:443"],
    ["a name below it", "x.registry.example.org:443"],
    ["the name above it", "npmjs.org:443"],
    ["a NUL", "evil.tld\0.pypi.org:443"],
    ["a NUL at the end", "pypi.org\0:443"],
    ["a newline", "pypi.org\r\nHost: evil.tld:443"],
    ["a space", " pypi.org:443"],
    ["a user's name", "pypi.org@evil.tld:443"],
    ["a user's name before it", "evil.tld@pypi.org:443"],
    ["a user's name and password", "pypi.org:443@evil.tld:443"],
    ["a dot at the end", "pypi.org.:443"],
    ["a dot at the start", ".pypi.org:443"],
    ["another port", "pypi.org:22"],
    ["no port", "pypi.org:"],
    ["a port in other words", "pypi.org:0443"],
    ["a port beyond all", "pypi.org:65979"],
    ["two ports", "pypi.org:443:80"],
    ["a path", "pypi.org/:443"],
    ["a fragment", "evil.tld#pypi.org:443"],
    ["a backslash", "evil.tld\\pypi.org:443"],
    ["percent signs", "pypi%2Eorg:443"],
    ["a full-width dot", "pypi．org:443"],
    ["a Cyrillic letter", "рypi.org:443"],
    ["a letter that lower-cases to an ASCII one", "registry.example.org".replace("i", "İ")],
    ["the Kelvin sign", "K.org:443"],
    ["punycode", "xn--ypi-hdd.org:443"],
    ["IPv6", "[::1]:443"],
    ["IPv6 without brackets", "::1:443"],
    ["IPv4 in IPv6", "[::ffff:169.254.169.254]:80"],
    ["IPv4", "169.254.169.254:80"],
    ["IPv4 as one number", "2852039166:80"],
    ["IPv4 in hexadecimal", "0xa9fea9fe:80"],
    ["localhost", "localhost:443"],
    ["nothing", ""],
    ["a name of 300 letters", `${"a".repeat(300)}.org:443`],
  ])("refuses %s", (_what, authority) => {
    expect(rule(authority, ALLOWED)).toMatchObject({ allowed: false });
  });

  test("lets no text through whose host is not literally on the list", () => {
    const pieces = fc.constantFrom("pypi.org", "evil.tld", ".", ":", "@", "443", "\0", "[", "]", "-", "P");
    const hits = { allowed: 0 };
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 4 }), (parts) => {
        const authority = parts.join("");
        const ruling = rule(authority, ALLOWED);
        if (!ruling.allowed) return;
        hits.allowed += 1;
        expect(["pypi.org", "pypi.org:443"]).toContain(authority.toLowerCase());
      }),
      { numRuns: 5_000 },
    );
    expect(hits.allowed).toBeGreaterThan(50);
  });

  test("an address is refused even when somebody put it on the list", () => {
    expect(rule("127.0.0.1:443", ["127.0.0.1"])).toMatchObject({ allowed: false });
  });
});

describe("A20 a name that resolves to a private address", () => {
  test.each([
    "169.254.169.254",
    "168.63.129.16",
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "",
    "pypi.org",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "20000::1",
  ])("is refused: %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "104.16.1.35",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "11.0.0.1",
    "168.63.129.17",
    "2606:4700::6810:123",
    "2a04:4e42::223",
    "2001:4860::8888",
    "2003::1",
  ])("is no such: %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});
