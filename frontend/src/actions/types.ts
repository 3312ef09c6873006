/** An action is one object: button, menu, shortcut and command palette all use it. */
import type { DesignDocument, Position, Selection } from "../document/types";

/** What the canvas lends to actions while it is on the screen. */
export interface CanvasPort {
  fit(ids?: string[]): void;
  zoomTo(zoom: number): void;
  zoomBy(factor: number): void;
  reveal(ids: string[]): void;
  centre(): Position;
  /** Where the pointer is over the canvas, in design coordinates; null when it is elsewhere. */
  pointer(): Position | null;
  toScreen(at: Position): Position;
}

/** What the page lends to actions. */
export interface PagePort {
  notify(message: string, kind?: "info" | "error" | "success", undo?: () => void): void;
  navigate(path: string): void;
  palette(): void;
  toggleTheme(): void;
  saveFile(name: string, content: Blob): void;
  copyText(text: string): Promise<void>;
  readText(): Promise<string>;
}

export interface Context {
  doc: DesignDocument;
  selection: Selection;
  readOnly: boolean;
  loaded: boolean;
  narrow: boolean;
  /** The document is a design's draft, which the server holds: runs, revisions and links are made of it. */
  stored: boolean;
  /** Runs are stored, which a reader may not ask for. */
  canRun: boolean;
  canUndo: boolean;
  canRedo: boolean;
  canvas: CanvasPort | null;
  page: PagePort;
}

export type Group = "Edit" | "Add and connect" | "Arrange" | "View" | "Estimate" | "Simulate" | "Review" | "Export" | "Go";

export interface Action {
  id: string;
  label: string;
  group: Group;
  /** First one is shown. `Mod` is Cmd on a Mac, Ctrl elsewhere. */
  shortcuts?: string[];
  /** Works while a text field has the focus (only commands that no text field knows). */
  global?: boolean;
  /** Not offered in menus and the command palette (arrow keys and their like). */
  quiet?: boolean;
  testId?: string;
  /** The browser's own copy, cut and paste events do the work, so that no permission is asked for. */
  native?: boolean;
  enabled(ctx: Context): boolean;
  run(ctx: Context): void | Promise<void>;
}
