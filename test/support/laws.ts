/** Laws are checked on the same cases everywhere; DAYBREAK_SEED looks for others. */

import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.DAYBREAK_SEED ?? "20261120") });
