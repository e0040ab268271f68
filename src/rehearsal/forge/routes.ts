/** Every REST route the forge answers, the more special ones first. */

import { ACTION_ROUTES } from "#rehearsal/forge/routes-actions.ts";
import { CHECK_ROUTES } from "#rehearsal/forge/routes-checks.ts";
import { COMMIT_ROUTES } from "#rehearsal/forge/routes-commits.ts";
import { ISSUE_ROUTES } from "#rehearsal/forge/routes-issues.ts";
import { LABEL_ROUTES } from "#rehearsal/forge/routes-labels.ts";
import { MERGE_ROUTES } from "#rehearsal/forge/routes-merge.ts";
import { OBJECT_ROUTES } from "#rehearsal/forge/routes-objects.ts";
import { PULL_ROUTES } from "#rehearsal/forge/routes-pulls.ts";
import { REF_ROUTES } from "#rehearsal/forge/routes-refs.ts";
import { REPOSITORY_ROUTES } from "#rehearsal/forge/routes-repository.ts";
import type { Route } from "#rehearsal/forge/routing.ts";

export const ROUTES: readonly Route[] = [
  ...REPOSITORY_ROUTES,
  ...REF_ROUTES,
  ...OBJECT_ROUTES,
  ...CHECK_ROUTES,
  ...COMMIT_ROUTES,
  ...MERGE_ROUTES,
  ...PULL_ROUTES,
  ...LABEL_ROUTES,
  ...ISSUE_ROUTES,
  ...ACTION_ROUTES,
];
