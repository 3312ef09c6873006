import { Menu } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { listNotices, readNotices } from "../api/endpoints";
import type { Notice } from "../api/types";
import { moment } from "../document/format";
import "./team.css";

const ASK_MS = 30_000;

/** What happened meanwhile that concerns me. */
export function Bell() {
  const [rows, setRows] = useState<Notice[]>([]);
  const [unread, setUnread] = useState(0);
  const load = useCallback(() => listNotices().then((page) => { setRows(page.items); setUnread(page.unread); }).catch(() => undefined), []);
  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), ASK_MS);
    return () => clearInterval(timer);
  }, [load]);
  const opened = () => void load().then(() => readNotices()).then(() => setUnread(0)).catch(() => undefined);
  const label = unread ? `Notices, ${unread} unread` : "Notices";
  return (
    <Menu position="bottom-end" width={320} onOpen={opened}>
      <Menu.Target>
        <button type="button" className="icon-button bell" aria-label={label} title={label} data-testid="bell"><IconBell size={17} />{unread > 0 && <span className="bell-count num" aria-hidden>{unread > 99 ? "99+" : unread}</span>}</button>
      </Menu.Target>
      <Menu.Dropdown className="notice-list">
        {rows.length === 0 && <Menu.Label>Nothing new. Comments, kept revisions and new members show here.</Menu.Label>}
        {rows.map((n) => (
          <Menu.Item key={n.id} className={`notice ${n.read_at ? "" : "unread"}`} onClick={() => n.path && thePage().navigate(n.path)}>{n.title}<div className="muted small">{moment(n.created_at)}</div></Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
