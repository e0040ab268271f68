/** The paths that are protected, and those that count as tests, when an owner names none. Matches nothing. */

/** Paths no milestone may change, whatever it says. */
export const PROTECTED_PATHS = [
  ".github/**",
  ".daybreak/**",
  ".gitattributes",
  ".gitmodules",
  "**/AGENTS.md",
  "**/CLAUDE.md",
  ".claude/**",
  ".mcp.json",
  "**/vitest.config.*",
  "**/vitest.workspace.*",
  "**/jest.config.*",
  "**/.mocharc*",
  "**/playwright.config.*",
  "**/karma.conf.*",
  "**/ava.config.*",
  "**/conftest.py",
  "**/pytest.ini",
  "**/tox.ini",
] as const;

/** What counts as a test file when the policy names nothing else. */
export const TEST_PATHS = [
  "**/test/**",
  "**/tests/**",
  "**/__tests__/**",
  "**/__snapshots__/**",
  "**/testdata/**",
  "**/spec/**",
  "**/*.test.*",
  "**/*.spec.*",
  "**/test.*",
  "**/test_*.py",
  "**/*_test.py",
  "**/*_test.go",
] as const;
