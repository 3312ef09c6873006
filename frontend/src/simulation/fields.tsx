import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { fieldText, parseQuantity, shownUnit } from "../document/quantity";
import { timeText } from "../document/scenario";

interface Props {
  label: string;
  value: number | null;
  unit?: string;
  integer?: boolean;
  placeholder?: string;
  problem?: string;
  disabled?: boolean;
  testId?: string;
  /** Without a value, which the field allows by its placeholder. */
  onChange(value: number | null): void;
}

/** Times are written as people say them (10 min), other values with their unit beside them. */
const written = (value: number | null, unit: string | undefined): string => (value === null ? "" : unit === "s" ? timeText(value) : fieldText(value, unit));

/** A number that keeps what was typed, commits what it means and says why when it means nothing. */
export function NumberField({ label, value, unit, integer, placeholder, problem, disabled, testId, onChange }: Props) {
  const [text, setText] = useState(() => written(value, unit));
  const [error, setError] = useState<string | null>(null);
  const committed = useRef(value);
  useEffect(() => {
    if (committed.current === value) return;
    committed.current = value;
    setText(written(value, unit));
    setError(null);
  }, [value, unit]);
  const type = (next: string) => {
    setText(next);
    const parsed = parseQuantity(next, unit);
    if ("error" in parsed) return setError(parsed.error);
    if ("empty" in parsed && placeholder === undefined) return setError("A value is needed here");
    const number = "value" in parsed ? parsed.value : null;
    if (number !== null && integer && !Number.isInteger(number)) return setError("A whole number is needed here");
    setError(null);
    committed.current = number;
    onChange(number);
  };
  const shown = unit === "s" ? "" : shownUnit(unit);
  return (
    <TextInput
      label={label}
      value={text}
      inputMode={unit === "s" ? "text" : "decimal"}
      autoComplete="off"
      className="num"
      placeholder={placeholder}
      disabled={disabled}
      error={error ?? problem}
      data-testid={testId}
      rightSection={shown ? <span className="unit muted small">{shown}</span> : null}
      rightSectionWidth={shown ? 22 : undefined}
      rightSectionPointerEvents="none"
      onChange={(e) => type(e.currentTarget.value)}
      onBlur={() => !error && setText(written(committed.current, unit))}
    />
  );
}
