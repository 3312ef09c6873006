import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(...tseslint.configs.recommended, {
  plugins: { "react-hooks": hooks },
  rules: {
    "react-hooks/rules-of-hooks": "error",
    "react-hooks/exhaustive-deps": "warn",
    "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
  },
}, {
  files: ["src/document/**", "src/store/**", "src/actions/**"],
  rules: { "no-restricted-imports": ["error", { paths: [{ name: "react", message: "This layer runs without React." }, { name: "react-dom", message: "This layer runs without React." }, { name: "zustand", message: "Use zustand/vanilla here." }] }] },
});
