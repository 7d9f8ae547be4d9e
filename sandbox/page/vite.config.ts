import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const sandbox = `http://127.0.0.1:${process.env.SANDBOX_PORT ?? 3001}`

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  // Tailwind is here only to turn the shared tokens' @theme into custom properties.
  plugins: [react(), tailwindcss({ optimize: false })],
  build: {
    outDir: '../../dist/sandbox-page',
    emptyOutDir: true,
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
  },
  server: {
    host: '127.0.0.1',
    port: 5174,
    proxy: { '/_sandbox/api': sandbox, '/media': sandbox },
  },
})
