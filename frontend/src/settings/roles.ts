/** Each role may do what the ones before it may. */
export const ROLES = [
  { value: "viewer", label: "Viewer: reads" },
  { value: "commenter", label: "Commenter: also comments" },
  { value: "editor", label: "Editor: also draws and estimates" },
  { value: "reviewer", label: "Reviewer: also approves" },
  { value: "owner", label: "Owner: also members and rules" },
];

export const SCOPES: [string, string][] = [
  ["designs:read", "Read designs"],
  ["designs:write", "Change designs"],
  ["estimates:run", "Run estimates"],
  ["exports:read", "Export templates"],
  ["tokens:admin", "Manage tokens"],
  ["members:admin", "Manage members"],
  ["audit:read", "Read the audit log"],
  ["shares:admin", "Manage share links"],
  ["reviews:write", "Comment and review"],
  ["webhooks:admin", "Manage webhooks"],
];
export const LIVES: [string, string][] = [["7", "a week"], ["30", "30 days"], ["90", "90 days"], ["364", "a year"]];
export const DAY_MS = 86_400_000;
export const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
