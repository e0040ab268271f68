import { defineConfig } from "vitest/config";

/** Rooms without effects: nothing in them outlives a test, so that their files share a process instead of starting one each. */
const PURE = ["test/{core,prose,jobs,rules}/**/*.test.ts", "test/night*.test.ts"];

const setUp = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  execArgv: ["--import", "./test/support/json-imports.ts"],
  setupFiles: ["./test/support/laws.ts"],
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...setUp, name: "pure", include: PURE, isolate: false } },
      { test: { ...setUp, name: "effects", include: ["test/**/*.test.ts"], exclude: PURE } },
    ],
  },
});
