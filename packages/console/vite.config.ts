import { defineConfig } from "vite";

/** The page is one document with hashed files; a screen that is not on the first view is loaded when it is asked for. */
export default defineConfig({
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2023",
    // No data: addresses but small images; scripts and styles are files, as the content security policy demands.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // Libraries mark modules for React's servers, which this page has nothing to do with.
    rolldownOptions: { onwarn: (warning, warn) => (warning.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : warn(warning)) },
  },
  worker: { format: "es" },
  server: { proxy: { "/v1": "http://127.0.0.1:4600" } },
});
