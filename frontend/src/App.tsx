import { useMantineColorScheme } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { Suspense, lazy, useEffect, useState } from "react";

import { lendPage } from "./actions/context";
import { onKey } from "./actions";
import { messageOf, setCsrf } from "./api/client";
import { getCatalog, getMe } from "./api/endpoints";
import { Gallery } from "./gallery/Gallery";
import { session } from "./store/catalog";
import { openHead } from "./store/workbench";
import { CommandPalette } from "./ui/CommandPalette";
import { Shortcuts } from "./ui/Shortcuts";
import { copyText, notify, saveFile } from "./ui/page";
import { useNarrow } from "./ui/hooks";
import { navigate, parse, usePath } from "./ui/route";

const loadEditor = () => import("./canvas/Editor");
const loadProposal = () => import("./proposals/ProposalPage");
const Editor = lazy(loadEditor);
const Compare = lazy(() => import("./compare/Compare"));
const Shared = lazy(() => import("./shared/Shared"));
const ProposalPage = lazy(loadProposal);
const Proposals = lazy(() => import("./proposals/Proposals"));
const Settings = lazy(() => import("./settings/Settings"));

// The page that was asked for comes while the server says who is there.
const first = parse(window.location.pathname).page;
if (first === "proposal") void loadProposal();
else if (first === "design" || first === "head") void loadEditor();

export function App() {
  const path = usePath();
  const route = parse(path);
  const [state, setState] = useState<"loading" | "ready" | string>("loading");
  useNarrow();
  usePagePort();
  const shared = route.page === "shared";
  useEffect(() => {
    if (shared) return; // The holder of a link need not be anybody.
    Promise.all([getMe(), getCatalog()])
      .then(([me, catalog]) => {
        setCsrf(me.csrf_token);
        session.setState({ me, catalog });
        setState("ready");
      })
      .catch((error: unknown) => setState(messageOf(error)));
  }, [shared]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && onKey(event)) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  if (route.page === "shared") return <Suspense fallback={<p className="empty" role="status">Loading…</p>}><Shared secret={route.secret} /></Suspense>;
  if (state === "loading") return <p className="empty" role="status">Loading…</p>;
  if (state !== "ready") return <Unreachable reason={state} />;
  return (
    <>
      <a className="skip" href="#main">Skip to the main area</a>
      <Suspense fallback={<p className="empty" role="status">Loading…</p>}>
        {route.page === "gallery" && <Gallery />}
        {route.page === "design" && <Editor key={route.id} id={route.id} />}
        {route.page === "settings" && <Settings />}
        {route.page === "compare" && <Compare left={route.left} right={route.right} />}
        {route.page === "proposals" && <Proposals key={route.design ?? ""} design={route.design} />}
        {route.page === "head" && <Editor key={route.id} id={route.id} source={openHead} />}
        {route.page === "proposal" && <ProposalPage key={route.id} id={route.id} />}
        {route.page === "missing" && <Missing />}
      </Suspense>
      <CommandPalette />
      <Shortcuts />
    </>
  );
}

function usePagePort() {
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    lendPage({
      notify,
      navigate,
      saveFile,
      copyText,
      readText: () => navigator.clipboard.readText(),
      palette: () => spotlight.open(),
      toggleTheme: () => setColorScheme(document.documentElement.dataset.mantineColorScheme === "dark" ? "light" : "dark"),
    });
  }, [setColorScheme]);
}

function Unreachable({ reason }: { reason: string }) {
  return (
    <main className="empty" style={{ height: "100%" }}>
      <strong>Weir could not start</strong>
      <span>{reason}</span>
      <button type="button" className="link" onClick={() => window.location.reload()}>Try again</button>
    </main>
  );
}

function Missing() {
  return (
    <main className="empty" style={{ height: "100%" }} id="main">
      <strong>There is no page here</strong>
      <a className="link" href="/">Go to the gallery</a>
    </main>
  );
}
