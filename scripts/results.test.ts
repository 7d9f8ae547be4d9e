import { expect, test } from 'vitest'
import { firstLoadFiles } from './bundle-size.mjs'
import { summarise } from './run-vitest.mjs'

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] }

test('a good run is counted as it is', () => {
  expect(summarise(report, 0)).toMatchObject({ passed: 3, failed: 0, skipped: 2, ok: true })
})

test.each([
  ['without a report', null, 1],
  ['that found no test', { ...report, numPassedTests: 0, numPendingTests: 0, numTodoTests: 0 }, 0],
  ['with an error outside of any test', report, 1],
  [
    'with a file that could not be loaded',
    { ...report, testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] },
    1,
  ],
])('a run %s is a failed one', (_, each, code) => {
  expect(summarise(each, code)).toMatchObject({ failed: 1, ok: false })
})

test('the first load is what the page names, what that imports, and the inbox, but not what is loaded later', () => {
  const manifest = {
    'index.html': {
      file: 'assets/index.js',
      isEntry: true,
      imports: ['_react.js'],
      dynamicImports: ['chats/inbox-page.tsx', 'insights/insights-page.tsx'],
      css: ['assets/index.css'],
    },
    '_react.js': { file: 'assets/react.js' },
    'chats/inbox-page.tsx': { file: 'assets/inbox.js', imports: ['_list.js'], dynamicImports: ['chats/emoji.tsx'] },
    '_list.js': { file: 'assets/list.js', css: ['assets/list.css'] },
    'chats/emoji.tsx': { file: 'assets/emoji.js' },
    'insights/insights-page.tsx': { file: 'assets/insights.js' },
  }
  const html =
    '<link rel="modulepreload" href="/assets/early.js"><script type="module" src="/assets/index.js"></script>'
  expect(firstLoadFiles(html, manifest).toSorted()).toEqual([
    'assets/early.js',
    'assets/inbox.js',
    'assets/index.css',
    'assets/index.js',
    'assets/list.css',
    'assets/list.js',
    'assets/react.js',
  ])
})
