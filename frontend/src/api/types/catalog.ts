/** What the catalog tells of services and connections, with the schemas that forms are drawn from. */

export type Role = "producer" | "router" | "consumer" | "store";
export type Source = { text: string; url?: string | null; checked?: string | null };

export interface FieldSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  enum?: unknown[];
  anyOf?: FieldSchema[];
  items?: FieldSchema;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  "x-enum-titles"?: string[] | Record<string, string>;
  "x-unit"?: string;
  "x-assumed"?: boolean;
  "x-group"?: string;
  "x-show-if"?: { field: string; equals: unknown };
  "x-widget"?: string;
  "x-source"?: Source | string;
  [key: string]: unknown;
}

export interface ConfigSchema extends FieldSchema {
  $defs?: Record<string, FieldSchema>;
}

export interface Limit {
  id: string;
  title: string;
  value: number | null;
  unit: string;
  source: string;
  url?: string | null;
  checked?: string | null;
  adjustable: boolean;
  note?: string;
}

export interface ServiceInfo {
  type: string;
  title: string;
  aliases: string[];
  category: string;
  role: Role;
  summary: string;
  docs_url: string;
  cloudformation: string | null;
  schema: ConfigSchema;
  defaults: Record<string, unknown>;
  id_base: string;
  limits: Limit[];
}

export interface ConnectionInfo {
  type: string;
  title: string;
  mechanism: string;
  sync: boolean;
  summary: string;
  schema: ConfigSchema;
  defaults: Record<string, unknown>;
  cloudformation: string | null;
}

export type MatrixCell = { connections: string[] } | { reason: string; suggestion?: string };

export interface Catalog {
  version: string;
  regions: { id: string; name: string }[];
  roles: Role[];
  services: ServiceInfo[];
  connections: ConnectionInfo[];
  matrix: Record<string, Record<string, MatrixCell>>;
}
