/** Circles in a graph of names: who waits, over others, for itself. Knows nothing of milestones. */

type Mark = { index: number; low: number; onStack: boolean };
type Step = { name: string; mark: Mark; targets: string[] };
type Walk = {
  edges: ReadonlyMap<string, readonly string[]>;
  marks: Map<string, Mark>;
  stack: string[];
  circles: string[][];
};

/** The strongly connected parts of more than one name, in linear time (Tarjan's algorithm, without recursion). */
export function circlesOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const walk: Walk = { edges, marks: new Map(), stack: [], circles: [] };
  for (const name of edges.keys()) {
    if (!walk.marks.has(name)) descend(walk, name);
  }
  return walk.circles;
}

function descend(walk: Walk, root: string): void {
  const path = [enter(walk, root)];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const target = top.targets.pop();
    const seen = target === undefined ? undefined : walk.marks.get(target);
    if (target === undefined) {
      path.pop();
      leave(walk, top, path.at(-1));
    } else if (seen === undefined) path.push(enter(walk, target));
    else if (seen.onStack) top.mark.low = Math.min(top.mark.low, seen.index);
  }
}

function enter({ edges, marks, stack }: Walk, name: string): Step {
  const mark = { index: marks.size, low: marks.size, onStack: true };
  marks.set(name, mark);
  stack.push(name);
  return { name, mark, targets: [...(edges.get(name) ?? [])] };
}

function leave({ marks, stack, circles }: Walk, { name, mark }: Step, parent: Step | undefined): void {
  if (parent !== undefined) parent.mark.low = Math.min(parent.mark.low, mark.low);
  if (mark.low !== mark.index) return;
  const circle = stack.splice(stack.lastIndexOf(name));
  for (const member of circle) {
    const left = marks.get(member);
    if (left !== undefined) left.onStack = false;
  }
  if (circle.length > 1) circles.push(circle);
}
