/** The engines that are programs of their own, in one bundle: no other job needs them. */

import { createAcpEngine } from "#adapters/engines/acp.ts";
import { createClaudeEngine } from "#adapters/engines/claude.ts";
import { createCommandEngine } from "#adapters/engines/command.ts";

export { createAcpEngine, createClaudeEngine, createCommandEngine };
