/** Reads the ordinary files of an npm tarball into memory. Follows no link and accepts no path that leaves the package. */

import { gunzipSync } from "node:zlib";
import { type FileTree, fileTree, type TreeFile } from "#rehearsal/replay/file-tree.ts";

/** More unpacked bytes than this are no package anyone would replay. */
const MOST_BYTES = 256_000_000;
const BLOCK = 512;

type Header = { name: string; size: number; mode: number; kind: string };

/** Without the top folder, as npm unpacks it. Links, folders and devices are left out. @throws Error if it is none. */
export function readTarball(bytes: Uint8Array): FileTree {
  const archive = gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  const files: [string, TreeFile][] = [];
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = headerOf(archive.subarray(at, at + BLOCK));
    if (header === null) break;
    const content = archive.subarray(at + BLOCK, at + BLOCK + header.size);
    if (content.length < header.size) throw new Error("the tarball ends within a file");
    at += BLOCK + Math.ceil(header.size / BLOCK) * BLOCK;
    if (header.kind === "x") longName = paxPath(content) ?? longName;
    else if (header.kind === "L") longName = untilNul(content);
    else {
      const path = insidePackage(longName ?? header.name);
      longName = null;
      if (header.kind === "0" && path !== "")
        files.push([path, { content: Uint8Array.from(content), executable: (header.mode & 0o100) !== 0 }]);
    }
  }
  return fileTree(files);
}

/** The POSIX `ustar` header. Null: the block of zeros that ends the archive. */
function headerOf(block: Buffer): Header | null {
  if (block.every((byte) => byte === 0)) return null;
  const field = (from: number, length: number): string => untilNul(block.subarray(from, from + length));
  const octal = (from: number, length: number): number =>
    Number.parseInt(field(from, length).trim() || "0", 8);
  const sum = block.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== octal(148, 8)) throw new Error("the tarball is damaged");
  const prefix = field(257, 5) === "ustar" ? field(345, 155) : "";
  const name = field(0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: octal(124, 12),
    mode: octal(100, 8),
    kind: field(156, 1) || "0",
  };
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
}

/** `path` of an extended header, whose records are `LENGTH key=value\n` with the length in bytes. */
function paxPath(content: Buffer): string | null {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number.parseInt(content.toString("utf8", at, space), 10);
    if (space < 0 || !(length > 0)) return null;
    const record = content.toString("utf8", space + 1, at + length - 1);
    if (record.startsWith("path=")) return record.slice("path=".length);
    at += length;
  }
  return null;
}

function insidePackage(name: string): string {
  const segments = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  const leaves = name.startsWith("/") || segments.includes("..");
  if (leaves || /[\\\p{Cc}\uFFFD]/u.test(name))
    throw new Error(`the tarball holds the path ${JSON.stringify(name)}`);
  if (segments.some((segment) => segment.toLowerCase() === ".git"))
    throw new Error("the tarball holds a folder of git's own");
  return segments.slice(1).join("/");
}
