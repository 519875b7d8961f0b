import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { defineConfig } from 'vite';

/** Writes a `.gz` beside each text asset, so that the server compresses nothing while it serves. */
const precompressed = {
  name: 'precompressed',
  apply: 'build',
  async writeBundle(options, bundle) {
    const names = Object.keys(bundle).filter((name) => /\.(js|css|svg|ttf)$/.test(name));
    await Promise.all(
      names.map(async (name) => {
        const path = join(options.dir, name);
        await writeFile(`${path}.gz`, await promisify(gzip)(await readFile(path), { level: 9 }));
      }),
    );
  },
};

export default defineConfig({
  base: '/graphiql/',
  plugins: [precompressed],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Every asset is a file of its own: the page's Content-Security-Policy allows no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    // The notices that the bundled packages ask to be kept with them.
    license: { fileName: 'licences.md' },
    // The polyfill is an inline script for browsers that cannot run this page anyway.
    modulePreload: { polyfill: false },
    // The editor is one large part by nature.
    chunkSizeWarningLimit: 6000,
  },
  worker: { format: 'es' },
});
