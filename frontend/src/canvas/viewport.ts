/** How long the view takes to move, in milliseconds: no time for people who asked for less motion. */
export const smooth = (): number => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200);
