import { useEffect, useRef, useState, type ReactNode } from "react";

const MARGIN = "300px";

/** Draws what is dear only once it comes near the screen; its place is kept free. */
export function WhenNear({ height, children }: { height: number; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near) return;
    const watch = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && setNear(true), { rootMargin: MARGIN });
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, [near]);
  return near ? children : <div ref={place} style={{ height }} />;
}
