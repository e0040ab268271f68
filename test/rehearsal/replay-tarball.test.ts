import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { textOf } from "#rehearsal/replay/file-tree.ts";
import { readTarball } from "#rehearsal/replay/tarball.ts";

/** One entry of a tar archive, as npm's `pack` writes it. */
function entry(name: string, content = "", kind = "0"): Buffer {
  const header = Buffer.alloc(512);
  const size = Buffer.byteLength(content);
  header.write(name, 0);
  header.write("000644 \0", 100);
  header.write(`${size.toString(8).padStart(11, "0")} `, 124);
  header.write("        ", 148);
  header.write(kind, 156);
  header.write("ustar\0", 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (size % 512)) % 512)]);
}

function tarball(...entries: Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}

test("a tarball's ordinary files are read, its links and folders are not", () => {
  const long = `package/${"d".repeat(80)}/${"e".repeat(60)}.js`;
  const record = `path=${long}\n`;
  const length = record.length + 4;
  const files = readTarball(
    tarball(
      entry("package/", "", "5"),
      entry("package/b.js", "b"),
      entry("package/link", "", "2"),
      entry("PaxHeader/x", `${length} ${record}`, "x"),
      entry("package/cut", "a"),
    ),
  );
  expect([...files].map(([path, file]) => [path, textOf(file)])).toEqual([
    ["b.js", "b"],
    [long.slice("package/".length), "a"],
  ]);
});

const hostile: [string, Buffer][] = [
  ["leads out of the package", tarball(entry("package/../../x", "x"))],
  ["starts at the root of the disk", tarball(entry("/etc/x", "x"))],
  ["names a folder of git's own", tarball(entry("package/.git/hooks/post-checkout", "x"))],
  ["ends within a file", gzipSync(entry("package/x", "x".repeat(2000)).subarray(0, 1024))],
  ["has a damaged header", tarball(Buffer.from(entry("package/x", "x")).fill("y", 20, 30))],
];

test.each(hostile)("a tarball is refused that %s", (_name, bytes) => {
  expect(() => readTarball(bytes)).toThrow(/^the tarball/);
});
