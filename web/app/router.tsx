import { createBrowserRouter, Navigate, Outlet, useParams } from 'react-router'
import { whenSignedOut } from '../api.ts'
import { seesShared, useMe } from '../auth/session.ts'
import { Crash, NotFound } from './crash.tsx'
import { Shell } from './shell.tsx'
import { signedOut, whenLeaving } from './signed-out.ts'

const oneTimeLink = async () => ({ Component: (await import('../auth/one-time-link.tsx')).default })

/** The screens. Each is fetched when it is first opened. */
export const router = createBrowserRouter([
  {
    element: <Outlet />,
    errorElement: <Crash />,
    hydrateFallbackElement: <div />,
    children: [
      { path: '/sign-in', lazy: async () => ({ Component: (await import('../auth/sign-in.tsx')).default }) },
      { path: '/setup', lazy: async () => ({ Component: (await import('../auth/set-up.tsx')).default }) },
      {
        path: '/forgotten-password',
        lazy: async () => ({ Component: (await import('../auth/forgotten-password.tsx')).default }),
      },
      { path: '/password-reset', lazy: oneTimeLink },
      { path: '/invitation', lazy: oneTimeLink },
      { path: '/design', lazy: async () => ({ Component: (await import('../ui/design-page.tsx')).default }) },
      {
        element: <Shell />,
        children: [
          { index: true, element: <Home /> },
          { path: '/inbox', element: <Home /> },
          {
            path: '/inbox/:view/:chatId?',
            lazy: async () => ({ Component: (await import('../chats/inbox.tsx')).default }),
          },
          { path: '/chats/:chatId', element: <ChatLink /> },
          {
            path: '/team',
            lazy: async () => ({ Component: (await import('../team/team-area.tsx')).default }),
            children: [
              {
                path: 'people/import',
                lazy: async () => ({ Component: (await import('../team/import-people.tsx')).default }),
              },
              {
                path: 'people/:userId?',
                lazy: async () => ({ Component: (await import('../team/people.tsx')).default }),
              },
              {
                path: 'history',
                lazy: async () => ({ Component: (await import('../team/status-history.tsx')).default }),
              },
              {
                path: 'positions',
                lazy: async () => ({ Component: (await import('../positions/position-list.tsx')).default }),
              },
              {
                path: 'positions/:positionId',
                lazy: async () => ({ Component: (await import('../positions/position-page.tsx')).default }),
              },
              { path: 'audit', lazy: async () => ({ Component: (await import('../audit/audit-log.tsx')).default }) },
            ],
          },
          {
            path: '/account',
            lazy: async () => ({ Component: (await import('../account/account-area.tsx')).default }),
            children: [
              {
                path: 'profile',
                lazy: async () => ({ Component: (await import('../account/profile.tsx')).default }),
              },
              {
                path: 'devices',
                lazy: async () => ({ Component: (await import('../account/devices.tsx')).default }),
              },
              {
                path: 'sign-in',
                lazy: async () => ({ Component: (await import('../account/sign-in-settings.tsx')).default }),
              },
              {
                path: 'appearance',
                lazy: async () => ({ Component: (await import('../account/appearance.tsx')).default }),
              },
              {
                path: 'tokens',
                lazy: async () => ({ Component: (await import('../account/api-tokens.tsx')).default }),
              },
            ],
          },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
])

whenLeaving((path) => router.navigate(path, { replace: true }))
whenSignedOut(() => void signedOut())

function Home() {
  return <Navigate to={seesShared(useMe()) ? '/inbox/all' : '/inbox/mine'} replace />
}

/** The address to pass on to a colleague: it works whatever views they have. */
function ChatLink() {
  return <Navigate to={`/inbox/all/${useParams().chatId ?? ''}`} replace />
}
