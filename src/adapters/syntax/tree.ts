/** The tree of a parsed file as plain nodes in reading order, with its lines. Knows no language and judges nothing. */

import type { Parser } from "@lezer/common";
import type { Lines } from "#core/court/outline.ts";

/** `children` leave comments out; the subtree of a node is `nodes[order]` to `nodes[last]` of its source. */
export type Node = {
  name: string;
  from: number;
  to: number;
  parent: Node | null;
  children: Node[];
  /** Its place among the children of its parent. */
  at: number;
  order: number;
  last: number;
};

export type Source = {
  text: string;
  nodes: Node[];
  comments: Node[];
  root: Node;
  sound: boolean;
  /** Offset at which each line begins. */
  starts: number[];
};

const COMMENTS = new Set(["LineComment", "BlockComment", "Comment"]);

/** What the parser calls a piece it could not read. */
export const BROKEN = "⚠";

/**
 * Where the text does not parse, once more without its comments: the parser loses its way in a block with many hundreds of
 * them, such as a module inside one function. Then once more with the gaps of the grammar blanked out: right code that the parser does not
 * know. Positions and text stay those of the file.
 */
export function readSource(parser: Parser, text: string, gaps: readonly RegExp[] = []): Source {
  const source = parsed(parser, text);
  if (source.sound) return source;
  const { comments } = source;
  const bare = comments.length > MANY_COMMENTS ? withoutComments(source) : text;
  if (bare === text && gaps.length === 0) return source;
  const filled = gaps.reduce((code, gap) => code.replace(gap, blank), bare);
  const again = parsed(parser, filled);
  if (!again.sound) return source;
  return { ...again, text, comments: bare === text ? again.comments : comments };
}

/** With fewer comments than these the parser does not lose its way. */
const MANY_COMMENTS = 500;

function withoutComments({ text, comments }: Source): string {
  const edits = comments.map(({ from, to }) => ({ from, to, is: blank(text.slice(from, to)) }));
  return edited(text, edits);
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}

function parsed(parser: Parser, text: string): Source {
  const nodes: Node[] = [];
  const comments: Node[] = [];
  const open: Node[] = [];
  parser.parse(text).iterate({
    enter({ name, from, to }) {
      const parent = open.at(-1) ?? null;
      const [order, at] = [nodes.length, parent?.children.length ?? 0];
      const node: Node = { name, from, to, parent, children: [], at, order, last: order };
      nodes.push(node);
      open.push(node);
      if (COMMENTS.has(name)) comments.push(node);
      else parent?.children.push(node);
    },
    leave() {
      const node = open.pop();
      if (node) node.last = nodes.length - 1;
    },
  });
  const root = nodes[0] ?? emptyNode(text.length);
  const sound = !nodes.some((node) => node.name === BROKEN && !isRequiredByEquals(node));
  return { text, nodes, comments, root, sound, starts: startsOfLines(text) };
}

/** A source without a single node, for text that is nested too deep to be read. */
export function unreadable(text: string): Source {
  const root = emptyNode(text.length);
  return { text, nodes: [root], comments: [], root, sound: false, starts: startsOfLines(text) };
}

function emptyNode(to: number): Node {
  return { name: "Empty", from: 0, to, parent: null, children: [], at: 0, order: 0, last: 0 };
}

/** TypeScript's `import x = require("x")` is right, and the parser does not know it. */
function isRequiredByEquals(node: Node): boolean {
  return node.parent?.name === "ImportDeclaration" && node.children[0]?.name === "Equals";
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

export function textOf(source: Source, node: Node): string {
  return source.text.slice(node.from, node.to);
}

/** 1-based. */
export function lineAt(source: Source, position: number): number {
  let low = 0;
  let high = source.starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((source.starts[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return low + 1;
}

export function linesOf(source: Source, node: Node): Lines {
  return { from: lineAt(source, node.from), to: lineAt(source, Math.max(node.from, node.to - 1)) };
}

/** A node and everything below it, in reading order. */
export function* below(source: Source, node: Node): Generator<Node> {
  for (let order = node.order; order <= node.last; order++) {
    const next = source.nodes[order];
    if (next) yield next;
  }
}

/** What stands around a node, innermost first. */
export function* around(node: Node): Generator<Node> {
  for (let next = node.parent; next; next = next.parent) yield next;
}

export function contains(outer: Node, inner: Node): boolean {
  return outer.order <= inner.order && inner.order <= outer.last;
}

export function after(node: Node): Node | undefined {
  return node.parent?.children[node.at + 1];
}

export function before(node: Node): Node | undefined {
  return node.parent?.children[node.at - 1];
}

export function child(node: Node | null | undefined, ...names: string[]): Node | undefined {
  return node?.children.find(({ name }) => names.includes(name));
}

/** Source with its blanks evened out, cut at so many characters. */
export function squeezed(text: string, most: number): string {
  // Blanks shrink, so a slice somewhat longer is enough for all but the emptiest code.
  const evened = text
    .slice(0, most * 8)
    .replace(/\s+/g, " ")
    .trim();
  return evened.length > most ? evened.slice(0, most) : evened;
}

/** One replacement of text; an insertion where both positions are the same. */
export type Edit = { from: number; to: number; is: string };

/** Edits in the order of the file that do not touch each other. */
export function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { from, to, is } of edits) {
    pieces.push(text.slice(at, from), is);
    at = to;
  }
  return pieces.join("") + text.slice(at);
}
