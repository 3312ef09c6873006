import { useEffect, useRef, useState } from "react";

import { fieldText, parseQuantity } from "../document/quantity";

interface Typed {
  value: unknown;
  unit: string | undefined;
  integer?: boolean;
  /** Nothing typed is no answer. */
  required?: boolean;
  /** How a value stands in its field; the same function at every call. */
  written?: (value: unknown, unit: string | undefined) => string;
  /** Gets `undefined` for nothing typed. */
  commit(value: number | undefined): void;
}

/** A number's field: keeps what was typed, commits what it means, says why when it means nothing. */
export function useTypedNumber({ value, unit, integer, required, written = fieldText, commit }: Typed) {
  const [text, setText] = useState(() => written(value, unit));
  const [error, setError] = useState<string | null>(null);
  const committed = useRef(value);
  useEffect(() => {
    if (committed.current === value) return;
    committed.current = value;
    setText(written(value, unit));
    setError(null);
  }, [value, unit, written]);
  const type = (next: string) => {
    setText(next);
    const parsed = parseQuantity(next, unit);
    if ("error" in parsed) return setError(parsed.error);
    if ("empty" in parsed && required) return setError("A value is needed here");
    const number = "value" in parsed ? parsed.value : undefined;
    if (number !== undefined && integer && !Number.isInteger(number)) return setError("A whole number is needed here");
    setError(null);
    committed.current = number;
    commit(number);
  };
  /** Writes what was committed as it is always written. */
  const leave = () => {
    if (!error) setText(written(committed.current, unit));
  };
  return { text, error, type, leave };
}
