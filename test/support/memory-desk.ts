/** Where the forge in memory writes during one look: receipts, each once, and milestone commits. Decides nothing. */

import { type Subject, subjectOf } from "#core/decision.ts";
import type { JournalLine } from "#core/journal.ts";
import type { Milestone, Sha, Slug } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { milestoneMessage } from "#core/trailers.ts";
import type { MemoryWorld } from "./memory-world.ts";

export class Desk {
  readonly world: MemoryWorld;
  readonly seen: Observation;

  constructor(world: MemoryWorld, seen: Observation) {
    this.world = world;
    this.seen = seen;
  }

  get stamp() {
    return { at: this.seen.now, night: this.seen.night.name, cycle: this.seen.cycle.id };
  }

  append(...lines: JournalLine[]): void {
    const fresh = this.fresh(lines);
    const [first] = fresh;
    if (first) this.world.write(`write the line ${first.line}`, () => this.world.journal.push(...fresh));
  }

  /** The lines that are not written yet. */
  fresh(lines: readonly JournalLine[]): JournalLine[] {
    const written = new Set(this.world.journal.map((line) => JSON.stringify(line)));
    return lines.filter((line) => !written.has(JSON.stringify(line)));
  }

  commitOf(subject: Subject, { tree, parent, again }: { tree: Sha; parent: Sha; again: number }): Sha {
    const title = this.milestone(subject.slug)?.title ?? "";
    const provenance = { ...subjectOf(subject), title, cycle: this.seen.cycle.id };
    const message = milestoneMessage(this.seen.policy.message, provenance, again);
    return this.world.git.commit(`${subject.slug}-${subject.attempt}`, { tree, parents: [parent], message });
  }

  /** The head it had at this look. */
  seenHead({ slug, attempt }: Subject): Sha | null {
    return this.seen.refs.find((ref) => ref.slug === slug && ref.attempt === attempt)?.sha ?? null;
  }

  milestone(slug: Slug): Milestone | undefined {
    return this.seen.roadmap.milestones.find((one) => one.slug === slug);
  }
}
