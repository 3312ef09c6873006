/** A handful of pages needs no router library. */
import { useSyncExternalStore } from "react";

export type Route = { page: "gallery" } | { page: "design"; id: string } | { page: "settings" } | { page: "shared"; secret: string } | { page: "compare"; left: string; right: string } | { page: "proposals"; design: string | null } | { page: "proposal"; id: string } | { page: "head"; id: string } | { page: "missing" };

export function parse(address: string): Route {
  const [path = "", query] = address.split("?");
  if (path === "/" || path === "") return { page: "gallery" };
  const design = /^\/d\/([^/]+)\/?$/.exec(path);
  if (design) return { page: "design", id: decodeURIComponent(design[1]!) };
  const proposal = /^\/p\/([^/]+?)(\/edit)?\/?$/.exec(path);
  if (proposal) return { page: proposal[2] ? "head" : "proposal", id: decodeURIComponent(proposal[1]!) };
  if (/^\/proposals\/?$/.test(path)) {
    return { page: "proposals", design: new URLSearchParams(query).get("design") };
  }
  const shared = /^\/s\/([^/]+)\/?$/.exec(path);
  if (shared) return { page: "shared", secret: shared[1]! };
  if (/^\/settings\/?$/.test(path)) return { page: "settings" };
  if (/^\/compare\/?$/.test(path)) {
    const asked = new URLSearchParams(query);
    return { page: "compare", left: asked.get("left") ?? "", right: asked.get("right") ?? "" };
  }
  return { page: "missing" };
}

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((l) => l());
if (typeof window !== "undefined") window.addEventListener("popstate", tell);

export function navigate(path: string): void {
  if (path === window.location.pathname + window.location.search) return;
  window.history.pushState(null, "", path);
  tell();
}

const subscribe = (notify: () => void) => {
  listeners.add(notify);
  return () => listeners.delete(notify);
};

export const usePath = (): string => useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
