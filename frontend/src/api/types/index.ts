/** Shapes of the HTTP API, as the contract states them. Nothing here knows a service type. */
export type * from "./catalog";
export type * from "./designs";
export type * from "./problems";
export type * from "./report";
export type * from "./runs";
export type * from "./team";
