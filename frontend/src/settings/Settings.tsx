import { NativeSelect } from "@mantine/core";
import { useEffect, useState } from "react";

import { GalleryBar } from "../gallery/GalleryBar";
import { useMe } from "../ui/hooks";
import { Accounts } from "./Accounts";
import { Audit } from "./Audit";
import { Members } from "./Members";
import { Tokens } from "./Tokens";
import "../gallery/gallery.css";
import "./settings.css";

export default function Settings() {
  const me = useMe()!;
  const [id, setId] = useState(me.workspaces[0]?.id ?? "");
  const workspace = me.workspaces.find((w) => w.id === id);
  useEffect(() => {
    document.title = "Settings · Weir";
  }, []);
  return (
    <div className="settings">
      <GalleryBar me={me} />
      <main id="main" className="settings-main">
        <h1>Settings</h1>
        {me.workspaces.length > 1 && <NativeSelect label="Workspace" w={260} value={id} data={me.workspaces.map((w) => ({ value: w.id, label: w.name }))} onChange={(e) => setId(e.currentTarget.value)} />}
        {workspace ? (
          <>
            <Tokens workspaces={me.workspaces} />
            <Members key={workspace.id} workspace={workspace} myId={String(me.user.id)} />
            {workspace.role === "owner" && (
              <>
                <Accounts key={`a${workspace.id}`} workspace={workspace} />
                <Audit key={`t${workspace.id}`} workspace={workspace} />
              </>
            )}
          </>
        ) : <p className="muted">You belong to no workspace yet. Ask an owner to add you.</p>}
      </main>
    </div>
  );
}
