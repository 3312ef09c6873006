import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(...tseslint.configs.recommended, {
  plugins: { "react-hooks": hooks },
  rules: {
    "react-hooks/rules-of-hooks": "error",
    "react-hooks/exhaustive-deps": "warn",
    "no-restricted-imports": "off",
  },
}, {
  files: ["src/document/**", "src/store/**", "src/actions/**"],
  rules: { "no-restricted-imports": ["error", { paths: ["react", "react-dom", "zustand"] }] },
});
