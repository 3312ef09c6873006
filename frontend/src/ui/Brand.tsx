import { Link } from "./Link";

export function Brand() {
  return (
    <Link href="/" className="brand" aria-label="Weir, to the gallery" title="To the gallery">
      <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
        <rect width="24" height="24" rx="6" fill="var(--accent)" />
        <path d="M4 8c2.700 0 2.700 2 5.300 2S12 8 14.700 8 17.300 10 20 10M4 14.500h6v4M14 14.500h6M14 14.500v4" fill="none" stroke="var(--on-accent)" strokeWidth="1.700" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </Link>
  );
}
