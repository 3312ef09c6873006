/** One function per endpoint that the screens use. */
import { randomKey } from "../document/ids";
import type { DesignDocument } from "../document/types";
import { get, request, send } from "./client";
import type { AuditEntry, Card, Catalog, Charts, Comparison, ConfigSchema, DesignRecord, Estimate, ExportAnswer, Invitation, MemberRow, Me, Report, Revision, ServiceAccount, TokenRow } from "./types";

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

export const listMembers = async (workspace: string) => items(await get<Page<MemberRow>>(`/workspaces/${workspace}/members`));
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

export const signOut = () => fetch("/logout", { method: "POST", headers: { "X-CSRFToken": /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "" } });
