/** Finds what a literal is used for by climbing out of it. What each node makes of it, its language says. */

import type { Literal } from "#core/court/outline.ts";
import { around, type Node, type Source } from "./tree.ts";

export type Role = Literal["role"];

/** What a language makes of the nodes around a literal. `inner` is the child through which the climb came. */
export type Surroundings = {
  /** Nodes that are their only operand. */
  transparent: ReadonlySet<string>;
  /** Null: this node decides nothing. `nested`: the literal is only a part of what arrives here. */
  roleIn: (source: Source, outer: Node, inner: Node, nested: boolean) => Role | null;
  /** The literal is a part of this node's value. */
  holds: (outer: Node) => boolean;
  /** This node's value is one of its operands, and may be this one. */
  chooses: (source: Source, outer: Node, inner: Node) => boolean;
};

export function roleAmong(
  source: Source,
  literal: Node,
  { transparent, roleIn, holds, chooses }: Surroundings,
): Role {
  let inner = literal;
  let nested = false;
  for (const outer of around(literal)) {
    if (!transparent.has(outer.name)) {
      const role = roleIn(source, outer, inner, nested);
      if (role) return role;
      if (!holds(outer) && !chooses(source, outer, inner)) return "other";
      nested ||= holds(outer);
    }
    inner = outer;
  }
  return "other";
}
