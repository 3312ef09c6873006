/** What actions ask of the page: notices, files, the clipboard. */
import { Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const COLOUR = { info: "accent", error: "red", success: "teal" } as const;

export function notify(message: string, kind: keyof typeof COLOUR = "info", undo?: () => void): void {
  const id = `n${Date.now()}${Math.random()}`;
  const close = () => notifications.hide(id);
  notifications.show({
    id,
    color: COLOUR[kind],
    autoClose: kind === "error" ? 9000 : undo ? 8000 : 4000,
    withBorder: true,
    role: kind === "error" ? "alert" : "status",
    message: undo ? (
      <Group justify="space-between" gap="sm">
        <span>{message}</span>
        <button type="button" className="link" onClick={() => { close(); undo(); }}>Undo</button>
      </Group>
    ) : message,
  });
}

export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The clipboard API needs a secure page; on a plain http address the old command still works. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy refused");
}
