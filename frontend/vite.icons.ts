/** Puts the icons of services down for the server's pictures: icons.json, service type to SVG. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { runnerImport, type Plugin } from "vite";

const MODULE = "src/ui/icons.ts";

export function serverIcons(): Plugin {
  let root = "";
  return {
    name: "weir-server-icons",
    apply: "build",
    configResolved(config) { root = config.root; },
    async generateBundle() {
      const { module } = await runnerImport<{ ICONS: Record<string, string>; iconOf: (type: string) => string }>(resolve(root, MODULE), { root, base: "/", configFile: false, logLevel: "error", build: { assetsInlineLimit: 0 } });
      const icons: Record<string, string> = {};
      for (const [type, address] of [...Object.entries(module.ICONS), ["", module.iconOf("")] as const]) icons[type] = await readFile(resolve(root, `.${address}`), "utf8");
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(icons) });
    },
  };
}
