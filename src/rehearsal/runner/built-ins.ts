/** The actions of GitHub's that the local runner plays itself. Whatever is not in this table is never pretended. */

import { createAppToken } from "./built-ins/app-token.ts";
import type { BuiltIn } from "./built-ins/built-in.ts";
import { checkout } from "./built-ins/checkout.ts";
import { downloadArtifact } from "./built-ins/download-artifact.ts";
import { setupNode } from "./built-ins/setup-node.ts";
import { uploadArtifact } from "./built-ins/upload-artifact.ts";

export const BUILT_INS: Readonly<Record<string, BuiltIn>> = {
  "actions/checkout": checkout,
  "actions/create-github-app-token": createAppToken,
  "actions/download-artifact": downloadArtifact,
  "actions/setup-node": setupNode,
  "actions/upload-artifact": uploadArtifact,
};
