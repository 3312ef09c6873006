/** One function per endpoint that the screens use. */
import { randomKey } from "../document/ids";
import type { DesignDocument } from "../document/types";
import { get, request, send } from "./client";
import type { AuditEntry, Card, Catalog, Charts, Delivery, Here, Joined, Notice, Remark, Share, Webhook, Comparison, ConfigSchema, DesignRecord, Estimate, ExportAnswer, Invitation, MemberRow, Me, Report, Revision, ServiceAccount, TokenRow } from "./types";

type Page<T> = { items: T[]; next?: string | null };
const items = <T>(answer: Page<T> | T[] | { results: T[] }): T[] => (Array.isArray(answer) ? answer : "items" in answer ? answer.items : answer.results);

export const getMe = () => get<Me>("/me");
export const getDocumentSchema = () => get<ConfigSchema>("/schemas/design.json");
export const getCatalog = () => get<Catalog>("/catalog");

/** Every page; a list of more than two thousand designs is cut, the search of the server would be next. */
async function allCards(query: string): Promise<Card[]> {
  const cards: Card[] = [];
  let cursor: string | null = null;
  for (let i = 0; i < 20; i++) {
    const page: Page<Card> = await get(`/designs?limit=100${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    cards.push(...page.items);
    cursor = page.next ?? null;
    if (!cursor) break;
  }
  return cards;
}

export async function listDesigns(): Promise<{ own: Card[]; examples: Card[] }> {
  const [all, examples] = await Promise.all([allCards(""), allCards("&example=true")]);
  return { own: all.filter((c) => !c.is_example), examples };
}

export async function getDesign(id: string): Promise<DesignRecord> {
  const { data, etag } = await request<DesignRecord>(`/designs/${id}`);
  return { ...data, etag: etag ?? data.etag };
}

export async function createDesign(body: { workspace?: string; name: string; document?: DesignDocument }): Promise<DesignRecord> {
  return (await request<DesignRecord>("/designs", { method: "POST", body })).data;
}

export async function putDesign(id: string, document: DesignDocument, etag: string): Promise<DesignRecord> {
  const query = document.model.nodes.length ? "" : "?allow_empty=true";
  const answer = await request<DesignRecord>(`/designs/${id}${query}`, { method: "PUT", body: { document }, headers: { "If-Match": etag } });
  return { ...answer.data, etag: answer.etag ?? answer.data.etag };
}

export const deleteDesign = (id: string, etag: string) => send(`/designs/${id}`, { method: "DELETE", headers: { "If-Match": etag } });
export const restoreDesign = (id: string) => send(`/designs/${id}/restore`, { method: "POST", body: {} });
export const copyDesign = async (id: string) => (await request<DesignRecord>(`/designs/${id}/copy`, { method: "POST", body: {} })).data;

export const preview = async (document: DesignDocument, signal: AbortSignal) =>
  (await request<{ report: Report; charts?: Charts }>("/previews?include=charts", { method: "POST", body: { document }, signal })).data;

export const listRevisions = async (design: string) => items(await get<Page<Revision>>(`/designs/${design}/revisions?limit=100`));
export const createRevision = (design: string, note: string) => send(`/designs/${design}/revisions`, { method: "POST", body: { note } });
export const restoreRevision = (id: string, etag: string) => send(`/revisions/${id}/restore`, { method: "POST", body: {}, headers: { "If-Match": etag } });
export const getRevision = (id: string) => get<Revision & { document: DesignDocument }>(`/revisions/${id}`);

export type ComparedSide = { design: string } | { always_on: true };
export const compareDesigns = async (left: ComparedSide, right: ComparedSide, signal: AbortSignal) =>
  (await request<Comparison>("/comparisons?include=charts", { method: "POST", body: { left, right }, signal })).data;

export const startEstimate = async (design: string) =>
  (await request<Estimate>("/estimates", { method: "POST", body: { design }, headers: { "Idempotency-Key": randomKey() } })).data;
export const getEstimate = (id: string) => get<Estimate>(`/estimates/${id}?include=charts`);
export const cancelEstimate = (id: string) => send(`/estimates/${id}/cancel`, { method: "POST", body: {} });
export const listEstimates = async (design: string) => items(await get<Page<Estimate>>(`/estimates?design=${encodeURIComponent(design)}`));

export const exportDesign = async (document: DesignDocument, to: "cloudformation" | "asl", format: "yaml" | "json") =>
  (await request<ExportAnswer>("/exports", { method: "POST", body: { document, to, format } })).data;

export async function download(path: string): Promise<{ blob: Blob; name: string }> {
  const response = await send(path, { headers: { Accept: "*/*" } });
  const name = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? path.split("/").at(-1)!;
  return { blob: await response.blob(), name };
}

export const listTokens = async () => items(await get<Page<TokenRow>>("/tokens"));
export const createToken = async (body: { name: string; workspace: string; scopes: string[]; expires_at: string }) =>
  (await request<TokenRow & { token: string }>("/tokens", { method: "POST", body })).data;
export const deleteToken = (id: string) => send(`/tokens/${id}`, { method: "DELETE" });

/** All of them; a workspace of more than a thousand people would need a search. */
export async function listMembers(workspace: string): Promise<MemberRow[]> {
  const found: MemberRow[] = [];
  let cursor: string | null = null;
  for (let i = 0; i < 10; i++) {
    const page: Page<MemberRow> = await get(`/workspaces/${workspace}/members?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    found.push(...page.items);
    cursor = page.next ?? null;
    if (!cursor) break;
  }
  return found;
}
export const changeMember = (workspace: string, id: string, role: string) => send(`/workspaces/${workspace}/members/${id}`, { method: "PATCH", body: { role } });
export const removeMember = (workspace: string, id: string) => send(`/workspaces/${workspace}/members/${id}`, { method: "DELETE" });
export const listInvitations = async (workspace: string) => items(await get<Page<Invitation>>(`/workspaces/${workspace}/invitations?limit=100`));
export const createInvitation = async (workspace: string, body: { role: string; email?: string; expires_at: string }) =>
  (await request<Invitation & { link: string }>(`/workspaces/${workspace}/invitations`, { method: "POST", body })).data;
export const revokeInvitation = (workspace: string, id: string) => send(`/workspaces/${workspace}/invitations/${id}`, { method: "DELETE" });

export const listAccounts = async (workspace: string) => items(await get<Page<ServiceAccount>>(`/workspaces/${workspace}/service-accounts?limit=100`));
export const createAccount = async (workspace: string, name: string, role: string) =>
  (await request<ServiceAccount>(`/workspaces/${workspace}/service-accounts`, { method: "POST", body: { name, role } })).data;
export const changeAccount = (workspace: string, id: string, role: string) => send(`/workspaces/${workspace}/service-accounts/${id}`, { method: "PATCH", body: { role } });
export const deleteAccount = (workspace: string, id: string) => send(`/workspaces/${workspace}/service-accounts/${id}`, { method: "DELETE" });
export const listAccountTokens = async (workspace: string, id: string) => items(await get<Page<TokenRow>>(`/workspaces/${workspace}/service-accounts/${id}/tokens?limit=100`));
export const createAccountToken = async (workspace: string, id: string, body: { name: string; scopes: string[]; expires_at: string }) =>
  (await request<TokenRow & { token: string }>(`/workspaces/${workspace}/service-accounts/${id}/tokens`, { method: "POST", body })).data;

export const auditPage = (workspace: string, query: string) => get<Page<AuditEntry>>(`/workspaces/${workspace}/audit?${query}`);

export interface SharedDesign { name: string; role: "view" | "comment"; document: DesignDocument; updated_at: string; expires_at: string | null }
export const getShared = (secret: string) => get<SharedDesign>(`/shared/${secret}`);
export const getSharedCatalog = (secret: string) => get<Catalog>(`/shared/${secret}/catalog`);
export const getSharedReport = (secret: string) => get<{ report: Report; charts?: Charts }>(`/shared/${secret}/report?include=charts`);
export const listRemarks = async (path: string) => items(await get<Page<Remark>>(`${path}/remarks?limit=100`));
export const addRemark = async (path: string, body: { text: string; node?: string; name?: string }) =>
  (await request<Remark>(`${path}/remarks`, { method: "POST", body })).data;

export const mergeDesign = async (id: string, base: DesignDocument, document: DesignDocument, decisions: Record<string, "current" | "incoming">) =>
  (await request<Joined>(`/designs/${id}/merge`, { method: "POST", body: { base_document: base, document, decisions } })).data;

export const listShares = async (design: string) => items(await get<Page<Share>>(`/designs/${design}/shares?limit=100`));
export const createShare = async (design: string, body: { role: string; name: string; expires_at: string | null; embed_origins: string[] }) =>
  (await request<Share & { link: string }>(`/designs/${design}/shares`, { method: "POST", body })).data;
export const revokeShare = (id: string) => send(`/shares/${id}`, { method: "DELETE" });

export const putPresence = async (design: string, tab: string, selection: string[]) =>
  (await request<{ people: Here[] }>(`/designs/${design}/presence`, { method: "PUT", body: { tab, selection } })).data.people;
export const getPresence = async (design: string) => (await get<{ people: Here[] }>(`/designs/${design}/presence`)).people;
export const leavePresence = (design: string, tab: string) => send(`/designs/${design}/presence?tab=${tab}`, { method: "DELETE", keepalive: true });

export const listNotices = () => get<Page<Notice> & { unread: number }>("/notices?limit=20");
export const readNotices = () => send("/notices/read", { method: "POST", body: {} });
export const changeMe = (body: { email_notices: boolean }) => send("/me", { method: "PATCH", body });

export const listWebhooks = (workspace: string) => get<Page<Webhook> & { events: string[] }>(`/workspaces/${workspace}/webhooks?limit=100`);
export const createWebhook = async (workspace: string, url: string, events: string[]) =>
  (await request<Webhook & { secret: string }>(`/workspaces/${workspace}/webhooks`, { method: "POST", body: { url, events } })).data;
export const changeWebhook = (id: string, body: { enabled: boolean }) => send(`/webhooks/${id}`, { method: "PATCH", body });
export const deleteWebhook = (id: string) => send(`/webhooks/${id}`, { method: "DELETE" });
export const testWebhook = (id: string) => send(`/webhooks/${id}/test`, { method: "POST", body: {} });
export const webhookSecret = async (id: string) => (await get<{ secret: string }>(`/webhooks/${id}/secret`)).secret;
export const listDeliveries = async (id: string) => items(await get<Page<Delivery>>(`/webhooks/${id}/deliveries`));
export const redeliver = (id: string) => send(`/deliveries/${id}/redeliver`, { method: "POST", body: {} });

export const listTrash = async (workspace: string) => items(await get<Page<Card>>(`/designs?trash=true&limit=100&workspace=${workspace}`));

export const signOut = () => fetch("/logout", { method: "POST", headers: { "X-CSRFToken": /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "" } });
