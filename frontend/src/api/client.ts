/** fetch with our manners: JSON, CSRF, problem+json as errors, sign-in when the session is gone. */
import type { Problem, ProblemBody } from "./types";

export const BASE = "/api/v1";
let csrf = "";

export function setCsrf(token: string): void {
  csrf = token;
}

function csrfToken(): string {
  return csrf || /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] || "";
}

export class ApiError extends Error {
  readonly status: number;
  readonly body: ProblemBody;
  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.title || `The server answered ${status}`);
    this.status = status;
    this.body = body;
  }
  get problems(): Problem[] {
    return this.body.errors ?? [];
  }
}

/** The server could not be reached at all. */
export class Offline extends Error {
  constructor() {
    super("The server cannot be reached");
  }
}

export interface Answer<T> { data: T; etag: string | null; headers: Headers }
export interface Options {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Sent even when the page is being left. */
  keepalive?: boolean;
}

export async function send(path: string, options: Options = {}): Promise<Response> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  let response: Response;
  try {
    response = await fetch(path.startsWith("/") && !path.startsWith(BASE) ? `${BASE}${path}` : path, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      keepalive: options.keepalive,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Offline();
  }
  if (response.ok) return response;
  if (response.status === 401 && !window.location.pathname.startsWith("/s/")) toSignIn();
  const text = await response.text().catch(() => "");
  throw new ApiError(response.status, parseProblem(text, response.status));
}

function parseProblem(text: string, status: number): ProblemBody {
  try {
    return JSON.parse(text) as ProblemBody;
  } catch {
    return { title: `The server answered ${status}`, status };
  }
}

function toSignIn(): void {
  window.location.assign(`/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
}

export async function request<T>(path: string, options: Options = {}): Promise<Answer<T>> {
  const response = await send(path, options);
  const data = response.status === 204 ? undefined : await response.json();
  return { data: data as T, etag: response.headers.get("ETag"), headers: response.headers };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request<T>(path, { signal })).data;
}

export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    const first = error.problems[0];
    return first ? `${error.message}${error.problems.length > 1 ? ` (${error.problems.length} problems)` : ""}: ${first.message}` : error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
