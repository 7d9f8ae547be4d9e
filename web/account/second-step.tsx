import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api.ts'
import { text } from '../text.ts'
import { Dot } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Settings } from '../ui/settings.tsx'
import { accountText } from './text.ts'
import { NewRecoveryCodes, SetUpTotp, TurnOffTotp } from './totp-dialogs.tsx'

const words = accountText.totp

const totpQuery = queryOptions({
  queryKey: ['me', 'totp'] as const,
  queryFn: async ({ signal }) => (await call('GET /me/totp', { signal })).answer,
  staleTime: 0,
})

/** The code after the password: on, off, and what helps when the phone is gone. */
export function SecondStep() {
  const { data, error, refetch } = useQuery(totpQuery)
  const [dialog, setDialog] = useState<'set-up' | 'turn-off' | 'codes' | null>(null)
  const close = () => setDialog(null)
  return (
    <Settings title={words.title} lead={words.lead}>
      {error && !data && (
        <p>
          {words.failed}{' '}
          <button type="button" className="link" onClick={() => void refetch()}>
            {text.retry}
          </button>
        </p>
      )}
      {data && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 border-border border-y py-3">
          <div className="min-w-48 flex-1">
            <div className="flex items-center gap-2">
              <Dot look={data.isOn ? 'live' : 'off'} />
              {data.isOn ? words.on : words.off}
              {data.isRequired && <span className="text-text-muted">{words.required}</span>}
            </div>
            {data.isOn && (
              <div className={data.recoveryCodesLeft === 0 ? 'text-warn-text text-xs' : 'text-text-muted text-xs'}>
                {words.codesLeft(data.recoveryCodesLeft)}
              </div>
            )}
          </div>
          {data.isOn ? (
            <>
              <Button className="max-md:h-11" onClick={() => setDialog('codes')}>
                {words.newCodes}
              </Button>
              {!data.isRequired && (
                <Button className="max-md:h-11" onClick={() => setDialog('turn-off')}>
                  {words.remove}
                </Button>
              )}
            </>
          ) : (
            <Button className="max-md:h-11" onClick={() => setDialog('set-up')}>
              {words.set}
            </Button>
          )}
        </div>
      )}
      {dialog === 'set-up' && <SetUpTotp onClose={close} />}
      {dialog === 'turn-off' && <TurnOffTotp onClose={close} />}
      {dialog === 'codes' && <NewRecoveryCodes onClose={close} />}
    </Settings>
  )
}
