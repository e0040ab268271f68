/** Lets Node import the JSON files of GitHub's workflow parser, which names no import attribute for them. */

import { registerHooks } from "node:module";

registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
});
