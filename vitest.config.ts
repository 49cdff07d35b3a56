import { defineConfig } from "vitest/config";

const source = ["@adjoint/source"];

export default defineConfig({
  resolve: { conditions: source },
  ssr: { resolve: { conditions: source } },
  test: {
    setupFiles: ["tests/seed.ts"],
    testTimeout: 120_000, // a guard against hanging; how fast something is, benchmarks say
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: ["**/*.isolated.test.ts", "**/node_modules/**"],
          setupFiles: ["tests/seed.ts", "tests/reference.ts"],
          isolate: false, // files share the loaded packages: loading them for each file takes ten times as long as its tests
        },
      },
      {
        extends: true,
        test: {
          name: "isolated", // tests of what loading a module does
          include: ["packages/*/test/**/*.isolated.test.ts", "tests/**/*.isolated.test.ts"],
        },
      },
    ],
  },
});
