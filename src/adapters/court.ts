/** What only the court needs, in one bundle of its own: parsers, report readers, and the one who looks at programs. */

import { readReport } from "#adapters/reports/reports.ts";
import { createSyntax } from "#adapters/syntax/syntax.ts";
import { createWitness } from "#adapters/witness/witness.ts";

export { createSyntax, createWitness, readReport };
