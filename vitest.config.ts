import { defineConfig } from "vitest/config";

const source = ["@adjoint/source"];

export default defineConfig({
  resolve: { conditions: source },
  ssr: { resolve: { conditions: source } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "tests/**/*.test.ts"],
          testTimeout: 120_000, // a guard against hanging; how fast something is, benchmarks say
        },
      },
    ],
  },
});
