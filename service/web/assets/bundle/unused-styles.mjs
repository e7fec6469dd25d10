// Keeps of the kit's stylesheet (620 KB) only the rules that our templates and modules can meet.
import { PurgeCSS } from "purgecss";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export function unusedStyles() {
  return {
    name: "unused-styles",
    setup(build) {
      build.onLoad({ filter: /@tabler[\\/]core[\\/].*\.css$/ }, async ({ path }) => {
        const [{ css }] = await new PurgeCSS().purge({
          content: [join(web, "templates/**/*.html"), join(web, "assets/src/**/*.{js,jsx}")],
          css: [path],
          variables: false,
        });
        return { contents: css, loader: "css" };
      });
    },
  };
}
