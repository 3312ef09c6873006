/** Each role of a workspace may do what the ones before it may. */
const ORDER = ["viewer", "commenter", "editor", "reviewer", "owner"];

export const atLeast = (role: string | undefined, needed: "commenter" | "editor" | "reviewer" | "owner"): boolean => ORDER.indexOf(role ?? "") >= ORDER.indexOf(needed);
