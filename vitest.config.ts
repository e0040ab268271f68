import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    execArgv: ["--import", "./test/support/json-imports.ts"],
    setupFiles: ["./test/support/laws.ts"],
  },
});
