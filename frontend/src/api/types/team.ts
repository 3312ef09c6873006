/** Who works here: people, programs, what they were told and what they did. */

export interface Me {
  user: { id: number | string; name: string; email: string; email_notices?: boolean };
  workspaces: { id: string; name: string; role: string }[];
  csrf_token: string;
}

export interface TokenRow {
  id: string;
  name: string;
  workspace: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at?: string | null;
  hint?: string;
  token?: string;
}

export interface MemberRow {
  id: string;
  name?: string;
  email?: string;
  role: string;
  user?: { id: string | number; name: string; email: string };
}

export interface Invitation {
  id: string;
  role: string;
  /** Blank: for whoever holds the link. */
  email: string;
  state: "open" | "accepted" | "revoked" | "expired";
  created_at: string;
  expires_at: string;
  accepted_by: { name: string; email: string } | null;
}

export interface Notice { id: string; event: string; title: string; path: string; created_at: string; read_at: string | null }
export interface Webhook { id: string; url: string; name: string; events: string[]; enabled: boolean; disabled_why: string }
export interface Delivery { id: string; event: string; status: "pending" | "succeeded" | "failed"; attempts: { at: string; status: number | null; error: string; ms: number }[]; next_at: string | null; created_at: string }

export interface ServiceAccount {
  id: string;
  name: string;
  role: string;
  created_at: string;
  tokens: number;
  last_used_at: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  action: string;
  actor: { id: string; name: string; email: string } | null;
  token: string | null;
  object: string;
  route: string;
  before: string;
  after: string;
  note: string;
}
