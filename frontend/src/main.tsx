import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "@xyflow/react/dist/style.css";
import "./ui/tokens.css";
import "./ui/base.css";

import { MantineProvider, localStorageColorSchemeManager } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { theme } from "./ui/theme";

const schemes = localStorageColorSchemeManager({ key: "weir.theme" });

createRoot(document.getElementById("root")!).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={schemes}>
    <ModalsProvider>
      <Notifications position="top-center" zIndex={500} limit={4} containerWidth={460} />
      <App />
    </ModalsProvider>
  </MantineProvider>,
);
