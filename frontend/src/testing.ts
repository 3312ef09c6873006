/** A catalog small enough to read, for unit tests only. */
import type { Catalog } from "./api/types";

const service = { aliases: [], summary: "", docs_url: "", cloudformation: null, defaults: {}, limits: [] };
const connection = { sync: true, summary: "", schema: { type: "object", properties: {} }, defaults: {}, cloudformation: null };

export const testCatalog: Catalog = {
  version: "test",
  regions: [{ id: "us-east-1", name: "N. Virginia" }],
  roles: ["producer", "router", "consumer", "store"],
  services: [
    { ...service, type: "client", title: "Client", category: "Workload", role: "producer", id_base: "client", schema: { type: "object", properties: { rate_per_s: { type: "number", title: "Rate", default: 10, exclusiveMinimum: 0, "x-unit": "1/s" } } } },
    {
      ...service,
      type: "sqs_queue",
      title: "SQS queue",
      aliases: ["queue"],
      category: "Application integration",
      role: "router",
      id_base: "queue",
      schema: {
        type: "object",
        properties: {
          fifo: { type: "boolean", default: false, "x-group": "Basics" },
          groups: { type: "integer", default: 1, minimum: 1, "x-show-if": { field: "fifo", equals: true } },
          error_ratio: { anyOf: [{ type: "number", maximum: 1 }, { type: "null" }], default: null, "x-unit": "ratio" },
        },
      },
    },
  ],
  connections: [
    { ...connection, type: "client_call", title: "API call", mechanism: "call" },
    { ...connection, type: "client_stream", title: "Stream", mechanism: "push" },
    { ...connection, type: "sqs_redrive", title: "Redrive", mechanism: "failure" },
  ],
  matrix: {
    client: { sqs_queue: { connections: ["client_call", "client_stream"] }, client: { reason: "Client receives none.", suggestion: "Turn the arrow." } },
    sqs_queue: { sqs_queue: { connections: ["sqs_redrive"] }, client: { reason: "Client receives none.", suggestion: "Turn the arrow." } },
  },
};
