import { Menu } from "@mantine/core";
import { IconCommand, IconLogout, IconSettings, IconUserCircle } from "@tabler/icons-react";

import { thePage } from "../actions/context";
import { signOut } from "../api/endpoints";
import type { Me } from "../api/types";
import { ThemeToggle } from "../canvas/TopBar";
import { ActionIcon } from "../ui/ActionButton";
import { Brand } from "../ui/Brand";
import { Bell } from "../team/Bell";
import { Link } from "../ui/Link";
import "../canvas/canvas.css";

export function GalleryBar({ me }: { me: Me }) {
  const leave = () => void signOut().catch(() => undefined).finally(() => window.location.assign("/login"));
  return (
    <header className="topbar page-bar">
      <Brand />
      <nav className="row" aria-label="Pages">
        <Link href="/" className="page-link">Designs</Link>
        <Link href="/proposals" className="page-link">Proposals</Link>
        <Link href="/settings" className="page-link">Settings</Link>
      </nav>
      <span className="spacer" />
      <ActionIcon id="palette" icon={<IconCommand size={16} />} />
      <Bell />
      <ThemeToggle />
      <Menu position="bottom-end" width={220}>
        <Menu.Target><button type="button" className="icon-button" aria-label={`Signed in as ${me.user.name || me.user.email}`}><IconUserCircle size={18} /></button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{me.user.name}{me.user.email && me.user.email !== me.user.name && <><br />{me.user.email}</>}</Menu.Label>
          <Menu.Item leftSection={<IconSettings size={14} />} onClick={() => thePage().navigate("/settings")}>Settings</Menu.Item>
          <Menu.Item leftSection={<IconLogout size={14} />} onClick={leave}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}
