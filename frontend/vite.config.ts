import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { serverIcons } from "./vite.icons.ts";

const API = process.env.WEIR_API ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/static/app/",
  plugins: [react(), serverIcons()],
  build: { outDir: "dist", assetsInlineLimit: 0, sourcemap: false, chunkSizeWarningLimit: 1600 },
  server: { proxy: { "/api": API, "/login": API, "/logout": API } },
});
