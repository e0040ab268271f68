/** How accounts, the repository, commits and files look in GitHub's answers. Pure: records in, JSON out. */

import type { Commit } from "#rehearsal/forge/git.ts";
import { METHODS } from "#rehearsal/forge/merging.ts";
import { ACTIONS_APP, ACTIONS_BOT, appBot, metaOf, type World } from "#rehearsal/forge/world.ts";
import type { Actor } from "#rehearsal/seams.ts";

export type Json = Record<string, unknown>;

export function repositoryApi(world: World): string {
  const { owner, name } = world.options.repository;
  return `${world.url}/api/v3/repos/${owner}/${name}`;
}

export function repositoryPage(world: World): string {
  const { owner, name } = world.options.repository;
  return `${world.url}/${owner}/${name}`;
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

export function userFace(world: World, actor: Actor): Json {
  const api = `${world.url}/api/v3/users/${encodeURIComponent(actor.login)}`;
  return {
    login: actor.login,
    id: actor.id,
    node_id: nodeId("User", actor.id),
    avatar_url: `${world.url}/avatars/${actor.id}`,
    gravatar_id: "",
    url: api,
    html_url: `${world.url}/${encodeURIComponent(actor.login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: actor.type,
    site_admin: false,
  };
}

/** What `/users/{login}` shows beyond the face that stands in every list. */
export function profileFace(world: World, actor: Actor): Json {
  const { createdAt } = metaOf(world);
  return {
    ...userFace(world, actor),
    name: actor.login,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 1,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

export function association(world: World, actor: Actor): string {
  return actor.id === world.options.owner.id ? "OWNER" : "NONE";
}

/** The app behind a check run. */
export function appFace(world: World, id: number): Json {
  const { app } = world.options;
  const [bot, slug] = app?.id === id ? [appBot(app), app.slug] : [ACTIONS_BOT, "github-actions"];
  const { createdAt } = metaOf(world);
  return {
    id,
    slug,
    node_id: nodeId("App", id),
    owner: userFace(world, id === ACTIONS_APP ? bot : world.options.owner),
    name: id === ACTIONS_APP ? "GitHub Actions" : slug,
    description: null,
    external_url: world.url,
    html_url: `${world.url}/apps/${slug}`,
    created_at: createdAt,
    updated_at: createdAt,
    permissions: {},
    events: [],
  };
}

const BELOW_REPOSITORY = [
  ..."assignees blobs branches collaborators comments commits compare contents contributors deployments".split(
    " ",
  ),
  ..."downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys".split(
    " ",
  ),
  ..."labels languages merges milestones notifications pulls releases stargazers statuses subscribers".split(
    " ",
  ),
  ..."subscription tags teams trees archive".split(" "),
];

export function repositoryFace(world: World): Json {
  const { owner, name, private: isPrivate, defaultBranch } = world.options.repository;
  const { mergeMethods: methods = METHODS } = world.options.settings;
  const { createdAt, repositoryId } = metaOf(world);
  const api = repositoryApi(world);
  const page = repositoryPage(world);
  const links = BELOW_REPOSITORY.map((part) => [`${part}_url`, `${api}/${part.replaceAll("_", "/")}`]);
  const features = ["issues", "projects", "wiki", "pages", "discussions", "downloads"].map((part) => [
    `has_${part}`,
    part === "issues",
  ]);
  const numbers =
    "forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count";
  return {
    id: repositoryId,
    node_id: nodeId("Repository", repositoryId),
    name,
    full_name: `${owner}/${name}`,
    owner: userFace(world, world.options.owner),
    private: isPrivate,
    visibility: isPrivate ? "private" : "public",
    html_url: page,
    description: null,
    fork: false,
    url: api,
    ...Object.fromEntries([...links, ...features]),
    ...Object.fromEntries(`${numbers} network_count subscribers_count`.split(" ").map((key) => [key, 0])),
    clone_url: `${page}.git`,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    archived: false,
    disabled: false,
    default_branch: defaultBranch,
    allow_merge_commit: methods.includes("merge"),
    allow_squash_merge: methods.includes("squash"),
    allow_rebase_merge: methods.includes("rebase"),
    pushed_at: createdAt,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

const UNSIGNED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** `GET git/commits/{sha}`. */
export function gitCommitFace(world: World, commit: Commit): Json {
  const api = `${repositoryApi(world)}/git`;
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${repositoryPage(world)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${api}/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => parentFace(world, sha, "git/commits")),
    verification: UNSIGNED,
  };
}

/** `GET commits/{ref}` and everything that embeds a commit. */
export function commitFace(world: World, commit: Commit): Json {
  const api = repositoryApi(world);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${repositoryPage(world)}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: UNSIGNED,
    },
    author: accountOf(world, commit.author.email),
    committer: accountOf(world, commit.committer.email),
    parents: commit.parents.map((sha) => parentFace(world, sha, "commits")),
  };
}

function parentFace(world: World, sha: string, below: string): Json {
  return {
    sha,
    url: `${repositoryApi(world)}/${below}/${sha}`,
    html_url: `${repositoryPage(world)}/commit/${sha}`,
  };
}

/** The address GitHub gives every account; commits that carry it belong to the account. */
export function noreply(actor: Actor): string {
  return `${actor.id}+${actor.login}@users.noreply.github.com`;
}

function accountOf(world: World, email: string): Json | null {
  const { owner, app } = world.options;
  const actors = [owner, ACTIONS_BOT, ...(app === undefined ? [] : [appBot(app)])];
  const actor = actors.find((one) => noreply(one) === email);
  return actor === undefined ? null : userFace(world, actor);
}
