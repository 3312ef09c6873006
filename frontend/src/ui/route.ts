/** Three pages need no router library. */
import { useSyncExternalStore } from "react";

export type Route = { page: "gallery" } | { page: "design"; id: string } | { page: "settings" } | { page: "missing" };

export function parse(path: string): Route {
  if (path === "/" || path === "") return { page: "gallery" };
  const design = /^\/d\/([^/]+)\/?$/.exec(path);
  if (design) return { page: "design", id: decodeURIComponent(design[1]!) };
  if (/^\/settings\/?$/.test(path)) return { page: "settings" };
  return { page: "missing" };
}

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((l) => l());
if (typeof window !== "undefined") window.addEventListener("popstate", tell);

export function navigate(path: string): void {
  if (path === window.location.pathname) return;
  window.history.pushState(null, "", path);
  tell();
}

const subscribe = (notify: () => void) => {
  listeners.add(notify);
  return () => listeners.delete(notify);
};

export const usePath = (): string => useSyncExternalStore(subscribe, () => window.location.pathname);
