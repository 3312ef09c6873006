import { NativeSelect, Switch } from "@mantine/core";
import { useEffect, useState } from "react";

import { GalleryBar } from "../gallery/GalleryBar";
import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { changeMe } from "../api/endpoints";
import type { Me } from "../api/types";
import { useMe } from "../ui/hooks";
import { Accounts } from "./Accounts";
import { Audit } from "./Audit";
import { Members } from "./Members";
import { ReviewPolicy } from "./ReviewPolicy";
import { Tokens } from "./Tokens";
import { Trash } from "./Trash";
import { Webhooks } from "./Webhooks";
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
            <ReviewPolicy key={`p${workspace.id}`} workspace={workspace} />
            <Mail me={me} />
            <Trash key={`x${workspace.id}`} workspace={workspace} />
            {workspace.role === "owner" && (
              <>
                <Accounts key={`a${workspace.id}`} workspace={workspace} />
                <Webhooks key={`w${workspace.id}`} workspace={workspace} />
                <Audit key={`t${workspace.id}`} workspace={workspace} />
              </>
            )}
          </>
        ) : <p className="muted">You belong to no workspace yet. Ask an owner to add you.</p>}
      </main>
    </div>
  );
}

function Mail({ me }: { me: Me }) {
  const [on, setOn] = useState(me.user.email_notices ?? true);
  const set = (next: boolean) => {
    setOn(next);
    void changeMe({ email_notices: next }).catch((e: unknown) => { setOn(!next); thePage().notify(`This was not changed. ${messageOf(e)}`, "error"); });
  };
  return (
    <section className="settings-card" aria-label="Notices">
      <header>
        <div><h2>Notices</h2><p className="muted">Comments on what you drew, kept revisions and new members show under the bell.</p></div>
        <Switch label="By mail too" className="nowrap" checked={on} onChange={(e) => set(e.currentTarget.checked)} />
      </header>
    </section>
  );
}
