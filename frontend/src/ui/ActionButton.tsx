import { Button, Tooltip, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";

import { action, perform } from "../actions";
import { shownKeys } from "../actions/keys";
import { useEnabled } from "./hooks";

interface Props { id: string; icon: ReactNode; label?: string }

/** An icon button for an action; its name and shortcut come from the table. */
export function ActionIcon({ id, icon, label }: Props) {
  const it = action(id);
  const enabled = useEnabled(it);
  const name = label ?? it.label;
  const keys = it.shortcuts?.[0];
  return (
    <Tooltip label={<>{name}{keys && <> <kbd>{shownKeys(keys)}</kbd></>}</>}>
      <button type="button" className="icon-button" aria-label={name} aria-keyshortcuts={keys?.replace("Mod", "Control")} data-testid={it.testId} disabled={!enabled} onClick={() => perform(it)}>
        {icon}
      </button>
    </Tooltip>
  );
}

export function ActionButton({ id, icon, label, ...rest }: Props & Omit<ButtonProps, "leftSection">) {
  const it = action(id);
  const enabled = useEnabled(it);
  const keys = it.shortcuts?.[0];
  return (
    <Tooltip label={<>{it.label}{keys && <> <kbd>{shownKeys(keys)}</kbd></>}</>}>
      <Button leftSection={icon} disabled={!enabled} onClick={() => perform(it)} data-testid={it.testId} {...rest}>
        {label ?? it.label}
      </Button>
    </Tooltip>
  );
}
