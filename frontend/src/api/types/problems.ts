/** What went wrong, in the shape of problem+json. */

export interface Problem {
  pointer: string;
  code: string;
  message: string;
  nearest?: string | null;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: Problem[];
  current_etag?: string;
  [key: string]: unknown;
}
