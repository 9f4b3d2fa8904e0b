import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/**
 * `--mode mock` builds the same pages on mocked IPC into dist-mock: index.html then loads src/mock before the pages.
 * Nothing of the product imports src/mock, so it cannot be part of the product's build.
 */
export default defineConfig(({ mode }) => ({
  plugins: [
    react(),
    {
      name: "mock-mode",
      transformIndexHtml: {
        order: "pre",
        handler: (html) =>
          mode === "mock"
            ? html.replace(
                '<script type="module" src="/src/main.tsx">',
                '<script type="module" src="/src/mock/main.ts">',
              )
            : html,
      },
    },
  ],
  build: {
    target: ["es2022", "safari16"],
    outDir: mode === "mock" ? "dist-mock" : "dist",
    emptyOutDir: true,
    chunkSizeWarningLimit: 2000,
  },
  server: { port: 1420, strictPort: true },
  preview: { port: 4173, strictPort: true, headers: { "content-security-policy": contentSecurityPolicy() } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
}));

/** The policy of the real window, so that the mocked pages live under it too. */
function contentSecurityPolicy(): string {
  const config = JSON.parse(readFileSync(new URL("../tauri.conf.json", import.meta.url), "utf8"));
  return Object.entries(config.app.security.csp)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}
