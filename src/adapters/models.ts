/** What speaks to a model, in one bundle of its own: most jobs never do. */

import { createAnthropicEngine } from "#adapters/anthropic/engine.ts";
import { createAnthropicCritic } from "#adapters/anthropic/opinion.ts";

export { createAnthropicCritic, createAnthropicEngine };
