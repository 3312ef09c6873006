/**
 * Workflows in Amazon States Language: the graph they mean, and edits of them.
 *
 * An edit takes a workflow and returns a new one. What it does not touch keeps its place, its order and its
 * unknown fields, so that text and graph can be edited in turns. A state is named by the JSON pointer to it.
 */
export * from "./edit";
export * from "./fields";
export { graphOf, ruleText, shareOf, type EdgeKind, type Graph, type GraphEdge, type GraphNode } from "./graph";
export { canFail, idOf, isTerminal, MAX_NAME, nameOf, siblings, STATE_TYPES, stateAt, stateNames, stateOf, workflowText, type Fields, type StateType, type Step, type Workflow } from "./states";
