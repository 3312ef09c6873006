import { TextInput } from "@mantine/core";

import { fieldText, shownUnit } from "../document/quantity";
import { timeText } from "../document/quantity";
import { useTypedNumber } from "../ui/useTypedNumber";

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
const written = (value: unknown, unit: string | undefined): string => (typeof value === "number" && unit === "s" ? timeText(value) : fieldText(value, unit));

/** A number that keeps what was typed, commits what it means and says why when it means nothing. */
export function NumberField({ label, value, unit, integer, placeholder, problem, disabled, testId, onChange }: Props) {
  const commit = (number: number | undefined) => onChange(number ?? null);
  const { text, error, type, leave } = useTypedNumber({ value: value ?? undefined, unit, integer, required: placeholder === undefined, written, commit });
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
      onBlur={leave}
    />
  );
}
