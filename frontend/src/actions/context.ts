/** Gathers what actions may ask about, at the moment they run. */
import { editor, mayEdit } from "../store/editor";
import { ui } from "../store/ui";
import type { CanvasPort, Context, PagePort } from "./types";

let canvas: CanvasPort | null = null;
let page: PagePort = {
  notify: () => undefined,
  navigate: () => undefined,
  palette: () => undefined,
  toggleTheme: () => undefined,
  saveFile: () => undefined,
  copyText: async () => undefined,
  readText: async () => "",
};

export function lendCanvas(port: CanvasPort | null): void {
  canvas = port;
  ui.setState({ canvas: port !== null });
}
export const lendPage = (port: PagePort): void => void (page = port);
export const thePage = (): PagePort => page;
export const theCanvas = (): CanvasPort | null => canvas;

export function context(): Context {
  const state = editor.getState();
  const narrow = ui.getState().narrow;
  return {
    doc: state.doc,
    selection: state.selection,
    readOnly: state.readOnly || narrow,
    loaded: state.loaded,
    narrow,
    stored: state.designId !== null,
    canRun: mayEdit(state.role),
    canUndo: state.history.past.length > 0,
    canRedo: state.history.future.length > 0,
    canvas,
    page,
  };
}
