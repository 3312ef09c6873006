/** Mantine follows our tokens: one accent, small type, quiet borders. */
import { createTheme, type MantineColorsTuple } from "@mantine/core";

const accent: MantineColorsTuple = ["#eef3ff", "#dbe5fd", "#b6c9f8", "#8eabf3", "#6d91ee", "#4f7ae6", "#2353c9", "#1d47b0", "#173a92", "#112c70"];
const dark: MantineColorsTuple = ["#e7eaee", "#c3c9d1", "#9aa4b0", "#6d7783", "#3a424c", "#2a3139", "#1f252c", "#171b21", "#11151a", "#0c0f13"];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 6 },
  colors: { accent, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: 6,
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, fz: 12, multiline: true, events: { hover: true, focus: true, touch: true } } },
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", allowDeselect: false, comboboxProps: { shadow: "md" } } },
    NativeSelect: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    Modal: { defaultProps: { centered: true, padding: "lg", closeButtonProps: { "aria-label": "Close" } } },
    Menu: { defaultProps: { shadow: "md", withinPortal: true } },
  },
});
