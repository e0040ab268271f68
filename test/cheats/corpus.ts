/** Every case of the corpus, in the order in which it is judged and printed. */

import type { Case } from "./case.ts";
import { CHEATS_GO } from "./go/cheats.ts";
import { STRANGERS_GO } from "./go/strangers.ts";
import { UNHEARD_GO } from "./go/unheard.ts";
import { CHANGES_GO } from "./honest-go/changes.ts";
import { FEATURES_GO } from "./honest-go/features.ts";
import { STATEFUL_GO } from "./honest-go/stateful.ts";
import { HONEST_STRANGERS_GO } from "./honest-go/strangers.ts";
import { CHANGES_JAVASCRIPT } from "./honest-javascript/changes.ts";
import { COLLABORATORS_JAVASCRIPT } from "./honest-javascript/collaborators.ts";
import { FEATURES_JAVASCRIPT } from "./honest-javascript/features.ts";
import { PAPERS_JAVASCRIPT } from "./honest-javascript/papers.ts";
import { STATEFUL_JAVASCRIPT } from "./honest-javascript/stateful.ts";
import { HONEST_OLDER, HONEST_STRANGERS, HONEST_STRANGERS_VITEST } from "./honest-javascript/strangers.ts";
import { HONEST_STRANGERS_AGAIN } from "./honest-javascript/strangers-again.ts";
import { CHANGES_PYTHON } from "./honest-python/changes.ts";
import { FEATURES_PYTHON } from "./honest-python/features.ts";
import { STATEFUL_PYTHON } from "./honest-python/stateful.ts";
import { HONEST_STRANGERS_PYTHON, HONEST_UNITTEST } from "./honest-python/strangers.ts";
import { CHANGES_VITEST } from "./honest-vitest/changes.ts";
import { FORGED_JAVASCRIPT } from "./javascript/forged.ts";
import { OLDER_JEST, OLDER_MOCHA, OLDER_TAPE } from "./javascript/older.ts";
import { REACHING_JAVASCRIPT } from "./javascript/reaching.ts";
import { SPECIAL_CASES_JAVASCRIPT } from "./javascript/special-cases.ts";
import { STRANGERS_JAVASCRIPT, STRANGERS_VITEST } from "./javascript/strangers.ts";
import { STRANGERS_AGAIN } from "./javascript/strangers-again.ts";
import { TAMPERING_JAVASCRIPT } from "./javascript/tampering.ts";
import { UNHEARD_JAVASCRIPT } from "./javascript/unheard.ts";
import { VACUOUS_JAVASCRIPT } from "./javascript/vacuous.ts";
import { FORGED_PYTHON } from "./python/forged.ts";
import { STRANGERS_PYTHON, STRANGERS_UNITTEST } from "./python/strangers.ts";
import { UNHEARD_PYTHON } from "./python/unheard.ts";
import { VACUOUS_PYTHON } from "./python/vacuous.ts";
import { FURTHER_VITEST } from "./vitest/further.ts";
import { SEVENTEEN_VITEST } from "./vitest/seventeen.ts";

export const CORPUS: readonly Case[] = [
  ...SEVENTEEN_VITEST,
  ...FURTHER_VITEST,
  ...VACUOUS_JAVASCRIPT,
  ...TAMPERING_JAVASCRIPT,
  ...REACHING_JAVASCRIPT,
  ...SPECIAL_CASES_JAVASCRIPT,
  ...FORGED_JAVASCRIPT,
  ...UNHEARD_JAVASCRIPT,
  ...VACUOUS_PYTHON,
  ...FORGED_PYTHON,
  ...UNHEARD_PYTHON,
  ...CHEATS_GO,
  ...UNHEARD_GO,
  ...OLDER_JEST,
  ...OLDER_MOCHA,
  ...OLDER_TAPE,
  ...STRANGERS_JAVASCRIPT,
  ...STRANGERS_VITEST,
  ...STRANGERS_PYTHON,
  ...STRANGERS_UNITTEST,
  ...STRANGERS_GO,
  ...STRANGERS_AGAIN,
  ...FEATURES_JAVASCRIPT,
  ...COLLABORATORS_JAVASCRIPT,
  ...CHANGES_JAVASCRIPT,
  ...PAPERS_JAVASCRIPT,
  ...STATEFUL_JAVASCRIPT,
  ...CHANGES_VITEST,
  ...FEATURES_PYTHON,
  ...CHANGES_PYTHON,
  ...STATEFUL_PYTHON,
  ...FEATURES_GO,
  ...CHANGES_GO,
  ...STATEFUL_GO,
  ...HONEST_OLDER,
  ...HONEST_STRANGERS,
  ...HONEST_STRANGERS_VITEST,
  ...HONEST_STRANGERS_PYTHON,
  ...HONEST_UNITTEST,
  ...HONEST_STRANGERS_GO,
  ...HONEST_STRANGERS_AGAIN,
];
