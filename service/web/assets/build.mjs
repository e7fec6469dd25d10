// Bundles the pages' scripts and styles into ../static with hashed names, and writes manifest.json for Flask.
// The fonts of printed sheets go to ../../printing/fonts.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { formTexts } from "./bundle/form-texts.mjs";
import { unusedStyles } from "./bundle/unused-styles.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const entries = ["app.js", "form.js", "diagram.js", "theme.js", "app.css", "form.css", "diagram.css"];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const result = await build({
  entryPoints: entries.map((name) => join(here, "src", name)),
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome100", "firefox100", "safari15.4"],
  minify: true,
  legalComments: "linked",
  metafile: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [formTexts(), unusedStyles()],
  logLevel: "warning",
});

const manifest = {};
for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  if (entryPoint) manifest[basename(entryPoint)] = relative(out, file);
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
for (const name of entries) {
  const kilobytes = readFileSync(join(out, manifest[name])).length / 1024;
  process.stdout.write(`${manifest[name].padEnd(24)} ${kilobytes.toFixed(0).padStart(5)} KB\n`);
}

const family = join(here, "node_modules", "@expo-google-fonts", "noto-sans-sc");
const fonts = join(here, "..", "..", "printing", "fonts");
mkdirSync(fonts, { recursive: true });
for (const [from, to] of [
  [join("400Regular", "NotoSansSC_400Regular.ttf"), "regular.ttf"],
  [join("700Bold", "NotoSansSC_700Bold.ttf"), "bold.ttf"],
  ["LICENSE_FONT", "LICENSE"],
]) {
  copyFileSync(join(family, from), join(fonts, to));
}
