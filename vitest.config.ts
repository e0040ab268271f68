import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // No file leaves anything in a module, so that a process serves many of them. One more than the two cores of a
    // small machine: most tests wait for processes of their own.
    isolate: false,
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    execArgv: ["--import", "./test/support/json-imports.ts"],
    setupFiles: ["./test/support/laws.ts"],
  },
});
